use super::*;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn known(status: &str, events: Vec<StackEvent>) -> Known {
    let found = Found {
        outputs: map(&[("BucketName", "b"), ("Version", "0.1.0")]),
        account: "111122223333".to_owned(),
        id: "arn".to_owned(),
        status: status.to_owned(),
        reason: None,
        parameters: map(&[("Email", "a@b.c"), ("SettleSeconds", "300"), ("ArtifactBucket", "x")]),
        tags: map(&[("team", "ml")]),
    };
    let changed = changed(&found, &map(&[("Email", ""), ("SettleSeconds", "300")]));
    Known { name: "tunedrop".to_owned(), region: "us-east-1".to_owned(), changed, found, events, budgets: Vec::new() }
}

fn failure() -> StackEvent {
    StackEvent {
        logical_id: "JobRole".to_owned(),
        kind: "AWS::IAM::Role".to_owned(),
        status: "CREATE_FAILED".to_owned(),
        reason: Some("not authorized".to_owned()),
        at: 1_764_547_200,
        ..StackEvent::default()
    }
}

#[test]
fn a_page_has_what_differs_from_the_defaults() {
    let shown = page(&known("UPDATE_COMPLETE", Vec::new()), " --stack tunedrop");
    insta::assert_snapshot!(anstream::adapter::strip_str(&shown).to_string(), @r"
    tunedrop  UPDATE_COMPLETE

      version   0.1.0
      region    us-east-1
      account   111122223333
      bucket    b

    Parameters that differ from their defaults:
      Email  a@b.c  (default: empty)
    ");
}

#[test]
fn a_failed_stack_shows_why_and_what_to_do() {
    let shown = page(&known("ROLLBACK_COMPLETE", vec![failure()]), " --stack tunedrop");
    insta::assert_snapshot!(anstream::adapter::strip_str(&shown).to_string(), @r"
    tunedrop  ROLLBACK_COMPLETE

      version   0.1.0
      region    us-east-1
      account   111122223333
      bucket    b

    Parameters that differ from their defaults:
      Email  a@b.c  (default: empty)

    Events:
      2025-12-01T00:00:00Z  JobRole (AWS::IAM::Role) failed: not authorized

    The first deployment failed, and CloudFormation took it back. Fix the reason above. Then delete the stack, which can't be updated in this state, and deploy again:

      tunedrop stack delete --stack tunedrop
    ");
}

#[test]
fn programs_get_everything() {
    insta::assert_snapshot!(format!("{:#}", object(&known("CREATE_FAILED", vec![failure()]))), @r#"
    {
      "account": "111122223333",
      "budgets": [],
      "changed_parameters": {
        "Email": {
          "default": "",
          "value": "a@b.c"
        }
      },
      "events": [
        {
          "reason": "not authorized",
          "resource": "JobRole",
          "status": "CREATE_FAILED",
          "time": "2025-12-01T00:00:00Z",
          "type": "AWS::IAM::Role"
        }
      ],
      "outputs": {
        "BucketName": "b",
        "Version": "0.1.0"
      },
      "parameters": {
        "ArtifactBucket": "x",
        "Email": "a@b.c",
        "SettleSeconds": "300"
      },
      "reason": null,
      "region": "us-east-1",
      "stack": "tunedrop",
      "stack_version": "0.1.0",
      "status": "CREATE_FAILED",
      "tags": {
        "team": "ml"
      },
      "version": 1
    }
    "#);
}

#[test]
fn failures_come_before_other_events() {
    let other = StackEvent { status: "CREATE_COMPLETE".to_owned(), ..StackEvent::default() };
    assert_eq!(notable(&[failure(), other.clone()]), [failure()]);
    assert_eq!(notable(&vec![other; 12]).len(), SHOWN);
}
