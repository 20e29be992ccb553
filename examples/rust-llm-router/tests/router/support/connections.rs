//! The connections to a server, which can fall silent without an end, as they do when a firewall forgets them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Passes on until it is dropped.
pub struct Connections {
    port: u16,
    /// Connections below this number pass nothing on, and stay open.
    silent_below: watch::Sender<usize>,
    accepted: watch::Receiver<usize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Connections {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connections {
    pub async fn to(port: u16) -> Connections {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own_port = listener.local_addr().expect("an address").port();
        let silent_below = watch::Sender::new(0);
        let (count, accepted) = watch::channel(0);
        let silent = silent_below.clone();
        let task = tokio::spawn(async move {
            let mut under_way = JoinSet::new();
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let number = *count.borrow();
                count.send_modify(|count| *count += 1);
                let server = TcpStream::connect(("127.0.0.1", port)).await.expect("the server is there");
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                under_way.spawn(pass_on(from_client, to_server, number, silent.subscribe()));
                under_way.spawn(pass_on(from_server, to_client, number, silent.subscribe()));
            }
        });
        Connections { port: own_port, silent_below, accepted, task }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn accepted(&self) -> usize {
        *self.accepted.borrow()
    }

    /// Those that there are; later ones pass on.
    pub fn fall_silent(&self) {
        self.silent_below.send_replace(self.accepted());
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, silent_below: watch::Receiver<usize>) {
    let mut part = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut part).await {
        if number < *silent_below.borrow() {
            // Neither read nor closed any more.
            std::future::pending::<()>().await;
        }
        if to.write_all(&part[..read]).await.is_err() {
            return;
        }
    }
}
