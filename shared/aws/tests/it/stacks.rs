//! Stacks and change sets: what is sent, and what CloudFormation's answers mean.

use std::sync::{Arc, Mutex};

use tunedrop_aws::{ChangeSet, Prepared, ResourceChange, Stacks};

use crate::support::{self, Reply, Request};

const ID: &str = "arn:aws:cloudformation:us-east-1:111122223333:stack/tunedrop/5f0c";

/// The bodies of the requests that a server got.
type Asked = Arc<Mutex<Vec<String>>>;

/// CloudFormation, which answers with these pages in turn, the last one for the rest. The first word is the action.
async fn stacks(pages: &[(&'static str, &str)]) -> (Stacks, Asked) {
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    let pages: Vec<(&'static str, String)> = pages.iter().map(|(status, page)| (*status, (*page).to_owned())).collect();
    let config = support::server(move |request: Request| {
        let mut log = log.lock().expect("the log");
        log.push(request.body.clone());
        let (status, page) = &pages[(log.len() - 1).min(pages.len() - 1)];
        let reply = Reply::new(status, page.as_bytes()).with("content-type", "text/xml");
        async move { reply }
    });
    (Stacks::new(&config.await), asked)
}

fn answer(action: &str, content: &str) -> String {
    format!("<{action}Response><{action}Result>{content}</{action}Result></{action}Response>")
}

fn error(message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>{message}</Message></Error></ErrorResponse>"
    )
}

/// The value of a field in a request's body.
fn field(body: &str, name: &str) -> Option<String> {
    let pair = body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
    Some(pair.replace("%3A", ":").replace("%2F", "/"))
}

/// API reference, CreateChangeSet.
#[tokio::test]
async fn a_change_set_names_template_parameters_and_tags() {
    let (stacks, asked) =
        stacks(&[("200 OK", &answer("CreateChangeSet", &format!("<Id>a</Id><StackId>{ID}</StackId>")))]).await;
    let parameters = [("Email".to_owned(), Some("a".to_owned())), ("RolePath".to_owned(), None)];
    let tags = [("team".to_owned(), "ml".to_owned())];
    let set = |is_new| ChangeSet {
        stack: "tunedrop",
        name: "set",
        is_new,
        template_url: "https://s3.us-east-1.amazonaws.com/b/template.json",
        parameters: &parameters,
        tags: &tags,
    };
    assert_eq!(stacks.create_change_set(&set(true)).await.expect("answered"), ID);
    stacks.create_change_set(&set(false)).await.expect("answered");
    let asked = asked.lock().expect("the log").clone();
    let of = |name: &str| field(&asked[0], name);
    assert_eq!(of("Action").as_deref(), Some("CreateChangeSet"));
    assert_eq!(of("ChangeSetType").as_deref(), Some("CREATE"));
    assert_eq!(field(&asked[1], "ChangeSetType").as_deref(), Some("UPDATE"));
    assert_eq!(of("TemplateURL").as_deref(), Some("https://s3.us-east-1.amazonaws.com/b/template.json"));
    assert_eq!(of("Capabilities.member.1").as_deref(), Some("CAPABILITY_IAM"));
    assert_eq!(of("Parameters.member.1.ParameterValue").as_deref(), Some("a"));
    assert_eq!(of("Parameters.member.1.UsePreviousValue"), None);
    assert_eq!(of("Parameters.member.2.ParameterKey").as_deref(), Some("RolePath"));
    assert_eq!(of("Parameters.member.2.UsePreviousValue").as_deref(), Some("true"));
    assert_eq!(of("Parameters.member.2.ParameterValue"), None);
    assert_eq!(of("Tags.member.1.Value").as_deref(), Some("ml"));
}

/// API reference, DescribeChangeSet and ResourceChange.
#[tokio::test]
async fn a_change_set_may_have_several_pages() {
    let change = |name: &str, rest: &str| {
        format!(
            "<Changes><member><Type>Resource</Type><ResourceChange><LogicalResourceId>{name}</LogicalResourceId>\
             <ResourceType>AWS::IAM::Role</ResourceType>{rest}</ResourceChange></member></Changes>"
        )
    };
    let first = change("A", "<Action>Add</Action>") + "<Status>CREATE_COMPLETE</Status><NextToken>more</NextToken>";
    let target = |attribute: &str, name: &str| {
        format!("<member><Target><Attribute>{attribute}</Attribute>{name}</Target></member>")
    };
    let details =
        target("Properties", "<Name>Path</Name>") + &target("Properties", "<Name>Path</Name>") + &target("Tags", "");
    let second = change(
        "B",
        &format!(
            "<Action>Modify</Action><PhysicalResourceId>b-1</PhysicalResourceId><Replacement>True</Replacement>\
             <PolicyAction>ReplaceAndDelete</PolicyAction><Details>{details}</Details>"
        ),
    ) + "<Status>CREATE_COMPLETE</Status>";
    let pages = [answer("DescribeChangeSet", &first), answer("DescribeChangeSet", &second)];
    let (stacks, asked) = stacks(&[("200 OK", &pages[0]), ("200 OK", &pages[1])]).await;
    let Prepared::Ready(changes) = stacks.prepared("tunedrop", "set").await.expect("answered") else {
        panic!("it isn't ready");
    };
    let role = |name: &str| ResourceChange {
        logical_id: name.to_owned(),
        kind: "AWS::IAM::Role".to_owned(),
        ..ResourceChange::default()
    };
    let expected = [
        ResourceChange { action: "Add".to_owned(), ..role("A") },
        ResourceChange {
            action: "Modify".to_owned(),
            physical_id: Some("b-1".to_owned()),
            replacement: Some("True".to_owned()),
            changed: vec!["Path".to_owned(), "Tags".to_owned()],
            policy: Some("ReplaceAndDelete".to_owned()),
            ..role("B")
        },
    ];
    assert_eq!(changes, expected);
    assert_eq!(field(&asked.lock().expect("the log")[1], "NextToken").as_deref(), Some("more"));
}

#[tokio::test]
async fn a_change_set_without_changes_is_no_failure() {
    for (content, expected) in [
        ("<Status>CREATE_IN_PROGRESS</Status>", Prepared::Pending),
        ("<Status>CREATE_PENDING</Status>", Prepared::Pending),
        (
            "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes. Submit different information to create a change set.</StatusReason>",
            Prepared::Empty,
        ),
        ("<Status>FAILED</Status><StatusReason>No updates are to be performed.</StatusReason>", Prepared::Empty),
        (
            "<Status>FAILED</Status><StatusReason>No such role</StatusReason>",
            Prepared::Failed("No such role".to_owned()),
        ),
    ] {
        let (stacks, _) = stacks(&[("200 OK", &answer("DescribeChangeSet", content))]).await;
        assert_eq!(stacks.prepared("tunedrop", "set").await.expect("answered"), expected, "{content}");
    }
}

#[tokio::test]
async fn an_execution_can_be_repeated() {
    let (stacks, asked) = stacks(&[("200 OK", &answer("ExecuteChangeSet", ""))]).await;
    stacks.execute_change_set("tunedrop", "set", "token").await.expect("answered");
    assert_eq!(field(&asked.lock().expect("the log")[0], "ClientRequestToken").as_deref(), Some("token"));
}

/// The message is all that CloudFormation says about an invalid request.
#[tokio::test]
async fn failures_have_the_message() {
    let (stacks, _) = stacks(&[("400 Bad Request", &error("Parameters: [Email] must have values"))]).await;
    let failure = stacks.prepared("tunedrop", "set").await.expect_err("refused");
    assert_eq!(
        failure.to_string(),
        "cloudformation:DescribeChangeSet set: ValidationError: Parameters: [Email] must have values"
    );
}

#[tokio::test]
async fn deleting_a_missing_change_set_is_no_error() {
    let (stacks, _) = stacks(&[("400 Bad Request", &error("ChangeSet [set] does not exist"))]).await;
    stacks.delete_change_set("tunedrop", "set").await.expect("no error");
}

/// API reference, DescribeStackEvents: newest first.
#[tokio::test]
async fn events_are_in_order_and_end_at_the_last_known_one() {
    let event = |id: &str, physical: &str| {
        format!(
            "<member><StackId>{ID}</StackId><EventId>{id}</EventId><StackName>tunedrop</StackName>\
             <LogicalResourceId>x</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <ResourceStatus>CREATE_COMPLETE</ResourceStatus><Timestamp>2026-12-01T00:00:00Z</Timestamp></member>"
        )
    };
    let first = format!("<StackEvents>{}{}</StackEvents><NextToken>more</NextToken>", event("4", ID), event("3", "b"));
    let second = format!("<StackEvents>{}{}</StackEvents>", event("2", ""), event("1", ""));
    let pages = [answer("DescribeStackEvents", &first), answer("DescribeStackEvents", &second)];
    for (last, expected, requests) in [
        (None, vec!["1", "2", "3", "4"], 2),
        (Some("2"), vec!["3", "4"], 2),
        (Some("3"), vec!["4"], 1),
        (Some("4"), vec![], 1),
    ] {
        let (stacks, asked) = stacks(&[("200 OK", &pages[0]), ("200 OK", &pages[1])]).await;
        let events = stacks.events(ID, last).await.expect("answered");
        assert_eq!(events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), expected, "{last:?}");
        assert!(events.iter().all(|event| event.is_stack == (event.id == "4") && event.at == 1_796_083_200));
        assert_eq!(asked.lock().expect("the log").len(), requests, "{last:?}");
    }
}

/// API reference, DescribeStacks.
#[tokio::test]
async fn a_stack_has_its_state_parameters_and_tags() {
    let stack = format!(
        "<Stacks><member><StackId>{ID}</StackId><StackName>tunedrop</StackName><StackStatus>ROLLBACK_COMPLETE</StackStatus>\
         <StackStatusReason>why</StackStatusReason><CreationTime>2026-12-01T00:00:00Z</CreationTime>\
         <Parameters><member><ParameterKey>Email</ParameterKey><ParameterValue>a</ParameterValue></member></Parameters>\
         <Tags><member><Key>team</Key><Value>ml</Value></member><member><Key>aws:x</Key><Value>y</Value></member></Tags>\
         </member></Stacks>"
    );
    let (stacks, _) = stacks(&[("200 OK", &answer("DescribeStacks", &stack))]).await;
    let found = stacks.find("tunedrop").await.expect("answered").expect("a stack");
    assert_eq!(
        (found.id.as_str(), found.status.as_str(), found.reason.as_deref()),
        (ID, "ROLLBACK_COMPLETE", Some("why"))
    );
    assert_eq!(found.parameters["Email"], "a");
    assert_eq!(found.tags.into_iter().collect::<Vec<_>>(), [("team".to_owned(), "ml".to_owned())]);
    assert_eq!(found.account, "111122223333");
}

/// API reference, ListStacks.
#[tokio::test]
async fn the_last_deletion_of_a_name_is_found() {
    let deleted = |name: &str, id: &str, day: u32| {
        format!(
            "<member><StackId>{id}</StackId><StackName>{name}</StackName><StackStatus>DELETE_COMPLETE</StackStatus>\
             <CreationTime>2026-11-01T00:00:00Z</CreationTime><DeletionTime>2026-11-{day:02}T00:00:00Z</DeletionTime></member>"
        )
    };
    let all = [deleted("tunedrop", "old", 2), deleted("tunedrop", "new", 20), deleted("other", "newer", 25)].concat();
    let page = answer("ListStacks", &format!("<StackSummaries>{all}</StackSummaries>"));
    let (stacks, asked) = stacks(&[("200 OK", &page)]).await;
    assert_eq!(stacks.last_deleted("tunedrop").await.expect("answered").map(|stack| stack.id).as_deref(), Some("new"));
    assert_eq!(stacks.last_deleted("none").await.expect("answered"), None);
    assert_eq!(
        field(&asked.lock().expect("the log")[0], "StackStatusFilter.member.1").as_deref(),
        Some("DELETE_COMPLETE")
    );
}

/// API reference, GetTemplateSummary.
#[tokio::test]
async fn a_summary_has_defaults() {
    let page = "<Description>tunedrop - text</Description><Parameters><member><ParameterKey>A</ParameterKey>\
                <DefaultValue>1</DefaultValue></member><member><ParameterKey>B</ParameterKey></member></Parameters>";
    let (known, _) = stacks(&[("200 OK", &answer("GetTemplateSummary", page))]).await;
    let summary = known.summary("tunedrop").await.expect("answered").expect("a summary");
    assert_eq!(summary.description, "tunedrop - text");
    assert_eq!((summary.defaults["A"].as_str(), summary.defaults["B"].as_str()), ("1", ""));
    let (unknown, _) = stacks(&[("400 Bad Request", &error("Stack with id x does not exist"))]).await;
    assert_eq!(unknown.summary("x").await.expect("answered"), None);
}
