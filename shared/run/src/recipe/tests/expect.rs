//! The section `expect`.

use tunedrop_quality::{Expectation, Field};

use super::{faults, read};
use crate::read_expectations;

#[test]
fn expectations_are_read() {
    let (recipe, found) = read(
        "base_model: nova-lite\nexpect:\n  - { field: completion, json_schema: answer.schema.json }\n  - { field: completion, one_of: [refund, \"no\"], min_each: 50, required: [refund] }\n  - { field: prompt, min_chars: 1, max_chars: 4000, matches: \"^[A-Z]\", unique: true }\n",
    );
    assert_eq!(found, [""; 0]);
    assert_eq!(recipe.expect.len(), 3);
    assert_eq!(recipe.expect[0].json_schema.as_deref(), Some("answer.schema.json"));
    assert_eq!(
        (&recipe.expect[1].one_of, recipe.expect[1].min_each, &recipe.expect[1].required),
        (&vec!["refund".to_owned(), "no".to_owned()], Some(50), &vec!["refund".to_owned()])
    );
    let expected = Expectation {
        field: Field::Prompt,
        min_chars: Some(1),
        max_chars: Some(4000),
        matches: Some("^[A-Z]".to_owned()),
        unique: true,
        ..Expectation::default()
    };
    assert_eq!(recipe.expect[2], expected);
}

#[test]
fn faults_have_their_places() {
    let of = |section: &str| format!("base_model: nova-lite\nexpect:\n  - {section}\n");
    for (section, wanted) in [
        ("{ max_chars: 4 }", "3:5 recipe-missing-key add `field`, which is one of system, prompt, completion, text"),
        ("{ field: answer, max_chars: 4 }", "3:14 recipe-wrong-type write system or prompt or completion or text"),
        ("{ field: prompt }", "3:5 recipe-invalid-value add one of json_schema, one_of, "),
        ("{ field: prompt, matches: \"(?<=a)\" }", "3:31 recipe-invalid-value correct it; look-around"),
        ("{ field: prompt, json_schema: ../s.json }", "3:35 recipe-invalid-value use letters, digits"),
        ("{ field: prompt, json_schema: job.json }", "3:35 recipe-invalid-value use letters, digits"),
        ("{ field: prompt, min_each: 3, unique: true }", "3:32 recipe-invalid-value add `one_of`"),
        ("{ field: prompt, min_chars: 9, max_chars: 3 }", "3:47 recipe-invalid-value exchange them"),
        ("{ field: prompt, most: 3, unique: true }", "3:22 recipe-unknown-key the keys here are field"),
        ("prompt", "3:5 recipe-wrong-type write one `key: value` per line"),
    ] {
        faults(&of(section), &[wanted]);
    }
    faults("base_model: nova-lite\nexpect: { field: prompt }\n", &["2:9 recipe-wrong-type"]);
    let many = (0..51).map(|_| "  - { field: prompt, unique: true }\n").collect::<String>();
    faults(&format!("base_model: nova-lite\nexpect:\n{many}"), &["3:3 recipe-invalid-value remove some of them"]);
}

#[test]
fn a_file_of_expectations_is_a_list_or_a_section() {
    for text in [
        "- { field: prompt, unique: true }\n",
        "expect: [{ field: prompt, unique: true }]\n",
        "[{\"field\": \"prompt\", \"unique\": true}]",
    ] {
        let (all, found) = read_expectations(text.as_bytes(), "e.yaml");
        assert_eq!((all.len(), found.errors), (1, 0), "{text}");
    }
    let (_, found) = read_expectations(b"train: x.jsonl\n", "e.yaml");
    assert_eq!((found.kept[0].file.as_str(), found.kept[0].line), ("e.yaml", Some(1)));
    let (_, found) = read_expectations(&vec![b' '; 100_000], "e.yaml");
    assert_eq!(found.kept[0].code.as_str(), "recipe-too-large");
}
