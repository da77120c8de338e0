//! The section `keep`.

use super::{faults, read};

#[test]
fn keep_limits_the_models_of_the_dataset() {
    let (recipe, found) = read("base_model: nova-lite\nkeep: { models: 3 }\n");
    assert_eq!((recipe.keep_models, found), (Some(3), Vec::new()));
    assert_eq!(read("base_model: nova-lite\n").0.keep_models, None);
    assert_eq!(read("base_model: nova-lite\nkeep: {}\n").0.keep_models, None);
    for (section, wanted) in [
        ("{ models: 0 }", "2:17 recipe-"),
        ("{ models: 1001 }", "2:17 recipe-invalid-value write a number from 1 to 1000"),
        ("{ models: many }", "2:17 recipe-"),
        ("{ model: 3 }", "2:9 recipe-unknown-key did you mean `models`?"),
        ("3", "2:7 recipe-wrong-type"),
    ] {
        faults(&format!("base_model: nova-lite\nkeep: {section}\n"), &[wanted]);
    }
}
