//! A text as a vector, without a model.

/// Dimensions of every vector.
pub const VECTOR_SIZE: usize = 256;

/// Letters in a row that are hashed beside the words themselves, so that `sampler` finds `sampling`.
const GRAM_LENGTH: usize = 4;
const GRAM_WEIGHT: f32 = 0.4;

/// In every text, and so no help in telling them apart.
const STOP_WORDS: [&str; 40] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "for", "from", "has", "have", "how", "i", "if", "in",
    "is", "it", "no", "not", "of", "on", "or", "so", "that", "the", "this", "to", "was", "what", "when", "where",
    "which", "who", "why", "with", "you", "your",
];

/// Words and the four-letter pieces of them, hashed to places (the "hashing trick"). It finds texts that share words, not
/// texts that mean the same; a service of yours would ask an embedding model.
///
/// Of unit length; all zero for a text without a word.
pub fn text_vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0f32; VECTOR_SIZE];
    let mut add = |feature: &str, weight: f32| {
        let hash = fnv1a(feature);
        // The sign keeps features that fall on the same place from adding up.
        vector[(hash >> 1) as usize % VECTOR_SIZE] += if hash & 1 == 1 { weight } else { -weight };
    };
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if STOP_WORDS.contains(&word) {
            continue;
        }
        add(word, 1.0);
        let letters: Vec<char> = word.chars().collect();
        for gram in letters.windows(GRAM_LENGTH) {
            add(&std::iter::once('~').chain(gram.iter().copied()).collect::<String>(), GRAM_WEIGHT);
        }
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
    vector
}

/// http://www.isthe.com/chongo/tech/comp/fnv/, 32 bits.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(one: &str, other: &str) -> f32 {
        text_vector(one).iter().zip(text_vector(other)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn texts_that_share_words_are_near() {
        assert_eq!(text_vector("Tail sampling"), text_vector("the TAIL, sampling!"));
        assert!((similarity("tail sampling", "tail sampling") - 1.0).abs() < 1e-5);
        let near = similarity("how does a sampler decide", "a sampling decision is made by the sampler");
        let far = similarity("how does a sampler decide", "bread is baked in an oven");
        assert!(near > 0.25 && near > far + 0.2, "{near} {far}");
        assert!(text_vector("").iter().chain(&text_vector("the of")).all(|value| *value == 0.0));
    }
}
