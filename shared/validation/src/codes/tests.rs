use std::collections::BTreeSet;

use super::*;

#[test]
fn names_are_unique_and_in_kebab_case() {
    let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        let name = code.as_str();
        // A name is its variant's, so that neither can drift.
        assert_eq!(name.replace('-', ""), format!("{code:?}").to_lowercase());
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{name}");
        assert_eq!(Code::from_name(name), Some(*code));
        assert_eq!(serde_json::to_value(code).ok(), Some(name.into()));
    }
    assert_eq!(Code::from_name("no-such-code"), None);
}

#[test]
fn every_code_has_its_text() {
    for code in Code::ALL {
        let info = code.info();
        assert_eq!(info.code, *code);
        assert!(!info.title.ends_with('.'), "{code}");
        for text in [info.title, info.what, info.why, info.example, info.fix, info.source] {
            assert!(!text.trim().is_empty(), "{code}");
        }
        for sentence in [info.what, info.why, info.fix] {
            assert!(sentence.ends_with(['.', '"']), "{code}: {sentence}");
        }
    }
}
