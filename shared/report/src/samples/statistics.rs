//! The statistics of a large training file.

use tunedrop_validation::{LongRecord, Statistics, TokenBracket, TokenBucket};

pub(crate) fn statistics() -> Statistics {
    Statistics {
        bytes: 4_567_890,
        records: 12_345,
        valid_records: 12_320,
        turns: 24_640,
        characters: 3_456_789,
        tokens: TokenBracket { low: 576_131, high: 1_152_263 },
        longest_tokens: TokenBracket { low: 1_200, high: 2_400 },
        longest_line: Some(7_001),
        duplicates: 3,
        leaked: 0,
        with_system: 12_320,
        different_systems: 2,
        with_media: 0,
        media: 0,
        longest: [(7_001, 2_400), (12, 2_300), (12_000, 1_900)]
            .map(|(line, high)| LongRecord { line, tokens: TokenBracket { low: high / 2, high } })
            .to_vec(),
        token_histogram: [(40, 20), (63, 300), (127, 9_000), (511, 2_990), (2_431, 10)]
            .map(|(up_to, records)| TokenBucket { up_to, records })
            .to_vec(),
        ..Statistics::default()
    }
}
