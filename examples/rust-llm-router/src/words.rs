//! Words as the built-in model counts them.

/// Each with the white space after it; white space that a text begins with is one by itself. Put together, they are the
/// text again.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let word = first_word(rest);
        rest = &rest[word.len()..];
        (!word.is_empty()).then_some(word)
    })
}

/// Empty where the text is.
pub fn first_word(text: &str) -> &str {
    let mut in_space = false;
    for (index, character) in text.char_indices() {
        if in_space && !character.is_whitespace() {
            return &text[..index];
        }
        in_space = character.is_whitespace();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_white_space() {
        for (text, expected) in [
            ("", vec![]),
            ("one", vec!["one"]),
            ("Hello big  world\n", vec!["Hello ", "big  ", "world\n"]),
            ("  äöü 日本 ", vec!["  ", "äöü ", "日本 "]),
        ] {
            assert_eq!(words(text).collect::<Vec<_>>(), expected);
        }
    }
}
