use super::*;

#[test]
fn recognizes_keys_of_preferences() {
    for key in ["chosen", "rejected", "rejected_response", "score_chosen", "messages-rejected", "preferred_output"] {
        assert!(is_preference(key), "{key}");
    }
    for key in ["choice", "chosenness", "label", "reject", "preference_id"] {
        assert!(!is_preference(key), "{key}");
    }
}

#[test]
fn reads_labels_of_json_and_of_tables() {
    let raw = |text| json::value(text).expect("JSON");
    for no in ["false", "0", "0.0", "-1", "\"False\"", "\"0\"", "\" false \""] {
        assert!(is_no(raw(no)) && !is_yes(raw(no)), "{no}");
    }
    for yes in ["true", "1", "1.0", "\"True\"", "\"1\""] {
        assert!(is_yes(raw(yes)) && !is_no(raw(yes)), "{yes}");
    }
    for other in ["null", "\"sports\"", "3", "[]", "\"\""] {
        assert!(!is_yes(raw(other)) && !is_no(raw(other)), "{other}");
    }
}

#[test]
fn detects_media_by_the_ending_of_file_names() {
    let raw = |text| json::value(text).expect("JSON");
    assert!(names_medium(raw("\"a/0001.PNG\"")) && names_medium(raw("\"x.wav\"")));
    assert!(!names_medium(raw("\"notes.txt\"")) && !names_medium(raw("\"png\"")) && !names_medium(raw("7")));
}
