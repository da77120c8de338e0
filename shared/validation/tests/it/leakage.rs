//! Records of the validation file that stand in the training file.

use tunedrop_validation::{Customization, FileCheck, Role};

use crate::support::{rules, shown, validate};

#[test]
fn reports_a_validation_record_that_is_in_the_training_file() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let train = b"{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"ab\", \"completion\": \"c\"}\n";
    let index = validate(training, [train.as_slice()]).index;
    assert_eq!(index.len(), 2);
    let mut check = FileCheck::new("validation.jsonl", training, Role::Validation, Some(index));
    check.feed(b"{\"prompt\": \"a\", \"completion\": \"bc\"}\n");
    check.feed(b"{\"completion\": \"c\", \"prompt\": \"\\u0061b\"}\n");
    check.feed(b"{\"prompt\": \"c\", \"completion\": \"ab\"}\n");
    let report = check.finish();
    insta::assert_snapshot!(shown(&report.findings), @"
    2:1 warning[train-validation-leakage]: the record is also in the training file, on line 2
        remove it from one of the two files
    ");
    assert_eq!(report.statistics.valid_records, 3);
    assert_eq!(report.findings.kept[0].file, "validation.jsonl");
}
