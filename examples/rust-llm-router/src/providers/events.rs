//! Server-sent events of an upstream. https://html.spec.whatwg.org/multipage/server-sent-events.html

/// A longer line is no chunk of a completion.
const MAX_LINE: usize = 1 << 20;

#[derive(Debug, PartialEq, Eq)]
pub struct LineTooLong;

/// Takes bytes as they come, gives the `data` of whole lines. Completions have one `data` line an event.
#[derive(Default)]
pub struct EventReader {
    buffer: Vec<u8>,
}

impl EventReader {
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, LineTooLong> {
        self.buffer.extend_from_slice(bytes);
        let mut data = Vec::new();
        let mut start = 0;
        while let Some(length) = self.buffer[start..].iter().position(|byte| *byte == b'\n') {
            data.extend(data_of(&self.buffer[start..start + length]));
            start += length + 1;
        }
        self.buffer.drain(..start);
        if self.buffer.len() > MAX_LINE { Err(LineTooLong) } else { Ok(data) }
    }
}

fn data_of(line: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    let data = line.strip_prefix("data:")?;
    Some(data.strip_prefix(' ').unwrap_or(data).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_found_however_the_bytes_are_cut() {
        let text = ": comment\r\nevent: x\r\ndata: {\"a\":\"ü\"}\r\n\r\ndata:two\n\ndata: [DONE]\n\n";
        for size in 1..text.len() {
            let mut reader = EventReader::default();
            let data: Vec<String> =
                text.as_bytes().chunks(size).flat_map(|part| reader.push(part).expect("short lines")).collect();
            assert_eq!(data, ["{\"a\":\"ü\"}", "two", "[DONE]"], "cut by {size}");
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut reader = EventReader::default();
        assert!((0..20).any(|_| reader.push(&[b'x'; 100_000]).is_err()));
    }
}
