//! Memory that a JSON text takes when it is parsed, seen before it is.

/// For one body: 6500 objects, or 65000 numbers.
pub const MAX_JSON_BYTES: usize = 4 << 20;

/// Of a value in its list or object, and of an object's first block of entries, in serde_json.
const VALUE: usize = 64;
const OBJECT: usize = 640;

/// An upper estimate in bytes of what the values take beside their texts: a list of zeros is thirty times as large as its
/// text, one of small objects eighty times. A text that is no JSON gets some number, too.
pub fn parsed_bytes(text: &[u8]) -> usize {
    let (mut in_string, mut escaped) = (false, false);
    let mut bytes = VALUE;
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => bytes += OBJECT,
            b'[' | b',' | b':' if !in_string => bytes += VALUE,
            _ => {}
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_counts_and_text_does_not() {
        for (text, expected) in [
            ("", VALUE),
            ("5", VALUE),
            (r#""a,b:c[d{""#, VALUE),
            (r#""a\",b","#, 2 * VALUE),
            (r#""a\\",b"#, 2 * VALUE),
            ("[0,0,0]", 4 * VALUE),
            (r#"{"a":1,"b":[2]}"#, OBJECT + 5 * VALUE),
        ] {
            assert_eq!(parsed_bytes(text.as_bytes()), expected, "{text}");
        }
    }
}
