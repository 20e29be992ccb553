//! A gRPC connection that is given up when it is silent.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tonic::transport::{Channel, ClientTlsConfig, Endpoint, Error};
use url::Url;

/// Then the next address of the name is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A channel keeps its connection for as long as nobody closes it, and one whose peer has gone without a word is closed by
/// nobody. It is not asked by pings, which servers of gRPC-Go answer with GOAWAY when there is more than one in 5 minutes:
/// https://github.com/grpc/grpc/blob/master/doc/keepalive.md
pub struct GrpcChannel {
    endpoint: Endpoint,
    current: Mutex<Numbered>,
}

#[derive(Clone)]
pub struct Numbered {
    pub channel: Channel,
    number: u64,
}

impl GrpcChannel {
    /// Connects with the first request. Must be called within a runtime.
    pub fn new(url: &Url, user_agent: &'static str) -> Result<GrpcChannel, Error> {
        let mut endpoint =
            Endpoint::from_shared(url.to_string())?.user_agent(user_agent)?.connect_timeout(CONNECT_TIMEOUT);
        if url.scheme() == "https" {
            endpoint = endpoint.tls_config(ClientTlsConfig::new().with_enabled_roots())?;
        }
        let current = Numbered { channel: endpoint.connect_lazy(), number: 0 };
        Ok(GrpcChannel { endpoint, current: Mutex::new(current) })
    }

    pub fn current(&self) -> Numbered {
        self.lock().clone()
    }

    /// The next request connects anew, unless another one that `silent` has kept waiting has seen to it. What is still under
    /// way on `silent` stays there.
    pub fn replace(&self, silent: &Numbered) {
        let mut current = self.lock();
        if current.number == silent.number {
            *current = Numbered { channel: self.endpoint.connect_lazy(), number: silent.number + 1 };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Numbered> {
        self.current.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
