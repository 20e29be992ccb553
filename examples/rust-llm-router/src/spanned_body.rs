//! An answer's body, and what lasts until it has gone.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::body_budget::BodyShare;

/// Handed to the connection at once. It takes the next piece when what waits to be written is below its bound
/// (`MAX_HEAD_BYTES` of the server): a whole answer would be taken in one go, and be nobody's while the client reads nothing.
const PIECE_BYTES: usize = 16 * 1024;

/// Says in the span that the answer did not get to its end: the client went, or the program ends.
pub struct CutOff {
    pub span: Span,
    pub ended: bool,
}

impl Drop for CutOff {
    fn drop(&mut self) {
        if !self.ended {
            // The status stays as it was: it is not the server's fault.
            self.span.set_attribute("http.response.cut_off", true);
            self.span.in_scope(|| tracing::debug!("the connection went before the answer's end"));
        }
    }
}

/// Holds the span, and what the request takes of the limits, until the last piece has gone or the client has.
pub struct SpannedBody {
    body: Body,
    /// Of a part of `body` that is larger than a piece.
    rest: Bytes,
    watched: CutOff,
    _permit: Option<OwnedSemaphorePermit>,
    _share: Option<Arc<BodyShare>>,
}

impl SpannedBody {
    pub fn new(
        body: Body,
        watched: CutOff,
        permit: Option<OwnedSemaphorePermit>,
        share: Option<Arc<BodyShare>>,
    ) -> SpannedBody {
        SpannedBody { body, rest: Bytes::new(), watched, _permit: permit, _share: share }
    }

    fn poll_part(&mut self, context: &mut TaskContext<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)).map(|part| part.map(Frame::into_data)) {
                Some(Ok(Ok(data))) if data.len() > PIECE_BYTES => self.rest = data,
                Some(Ok(Ok(data))) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE_BYTES));
        // Copied: as a part of the whole, the last piece would keep all of it.
        Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&piece)))))
    }
}

impl HttpBody for SpannedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let span = self.watched.span.clone();
        let _entered = span.enter();
        let polled = self.poll_part(context);
        if matches!(polled, Poll::Ready(None)) || (matches!(polled, Poll::Ready(Some(Ok(_)))) && self.is_end_stream()) {
            self.watched.ended = true;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, behind) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(rest + behind.lower());
        if let Some(upper) = behind.upper() {
            hint.set_upper(rest + upper);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn a_large_part_goes_in_pieces_and_its_length_stays_right() {
        for (length, pieces) in [(0, 0), (1, 1), (PIECE_BYTES, 1), (PIECE_BYTES + 1, 2), (10 * PIECE_BYTES + 7, 11)] {
            let text: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let body = Body::from(text.clone());
            let watched = CutOff { span: Span::none(), ended: false };
            let mut body = SpannedBody::new(body, watched, None, None);
            let (mut read, mut frames) = (Vec::new(), 0);
            while !body.is_end_stream() {
                assert!(!body.watched.ended);
                assert_eq!(body.size_hint().exact(), Some((length - read.len()) as u64));
                let piece = body.frame().await.expect("not the end").expect("no error").into_data().expect("data");
                assert!(piece.len() <= PIECE_BYTES);
                read.extend_from_slice(&piece);
                frames += 1;
            }
            assert_eq!((frames, body.size_hint().exact()), (pieces, Some(0)));
            assert!(read == text && (body.watched.ended || length == 0));
            assert!(body.frame().await.is_none() && body.watched.ended);
        }
    }
}
