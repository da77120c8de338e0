//! What is said where a stack can't be reached: no credentials, no network, nobody to ask.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{command, folder};

/// The command's words on stderr and its exit code, with these variables and nothing else of AWS.
fn said(variables: &[(&str, &str)], args: &[&str]) -> String {
    let here = folder(&[]);
    let home = here.path().to_str().expect("a path of text");
    let mut command = command(here.path(), args);
    // No service of a cloud machine is asked for credentials.
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").envs(variables.iter().copied());
    let begin = Instant::now();
    let output = command.output().expect("it runs");
    assert!(begin.elapsed() < Duration::from_secs(30), "it hangs");
    let code = output.status.code().expect("it exits");
    format!("$ tunedrop {}\nexit {code}\n{}", args.join(" "), String::from_utf8_lossy(&output.stderr))
}

const KEYS: [(&str, &str); 3] =
    [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

#[test]
fn without_credentials_it_says_how_to_get_some() {
    insta::assert_snapshot!(said(&[("AWS_REGION", "us-east-1")], &["runs", "--stack", "tunedrop"]));
}

#[test]
fn without_a_region_it_asks_for_one() {
    insta::assert_snapshot!(said(&KEYS[1..], &["runs", "--stack", "tunedrop"]));
}

#[test]
fn without_a_network_it_ends_soon() {
    let nowhere = [&KEYS[..], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]].concat();
    let text = said(&nowhere, &["watch", "a", "--stack", "tunedrop"]);
    // The operating system's own words follow.
    let (ours, _) = text.split_once(" (").expect("the cause stands in brackets");
    insta::assert_snapshot!(ours);
}

#[test]
fn without_a_local_stack_it_says_how_to_start_one() {
    insta::assert_snapshot!(said(&[], &["doctor", "--local"]));
}

#[test]
fn local_and_a_profile_are_not_both_meant() {
    insta::assert_snapshot!(said(&[], &["runs", "--local", "--profile", "a"]));
}

#[test]
fn nobody_is_asked_where_nobody_can_answer() {
    insta::assert_snapshot!(said(&[], &["advise"]));
}

/// CloudFormation with two stacks of tunedrop's in each account and Region; a key's name is its account.
/// Their outputs are enough to be known by, and name no queue: `redrive` ends there.
fn cloudformation() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    endpoint
}

fn answer(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let head: Vec<String> =
            reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        let named = |name: &str| head.iter().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned));
        let mut body = vec![0; named("content-length: ")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        let scope = named("authorization: ")?.split_once("credential=")?.1.to_owned();
        let (account, region) = (scope.split('/').next()?, scope.split('/').nth(2)?);
        let asked = String::from_utf8(body).ok()?;
        let asked = asked.split('&').find_map(|pair| pair.strip_prefix("StackName=")).map(str::to_owned);
        let names = if region == "us-east-1" { ["one", "two"] } else { ["three", "four"] };
        let outputs: String = ["BucketName", "TableName", "TopicArn", "SweepFunctionName"]
            .iter()
            .map(|name| format!("<member><OutputKey>{name}</OutputKey><OutputValue>x</OutputValue></member>"))
            .collect();
        let members: String = names
            .iter()
            .filter(|name| asked.as_deref().is_none_or(|asked| asked == **name))
            .map(|name| {
                format!(
                    "<member><StackName>{name}</StackName><StackId>arn:aws:cloudformation:{region}:{account}:stack/{name}/1</StackId><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs></member>"
                )
            })
            .collect();
        let (status, page) = match members.as_str() {
            "" => (
                "400 Bad Request",
                "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id it does not exist</Message></Error></ErrorResponse>".to_owned(),
            ),
            _ => (
                "200 OK",
                format!(
                    "<DescribeStacksResponse><DescribeStacksResult><Stacks>{members}</Stacks></DescribeStacksResult></DescribeStacksResponse>"
                ),
            ),
        };
        let length = page.len();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{page}").ok()?;
    }
}

/// What `redrive` says in this home, with these variables: which stack it takes, or why none.
fn taken(home: &Path, variables: &[(&str, &str)], args: &[&str]) -> String {
    let mut command = command(home, &[&["redrive"], args].concat());
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").envs(variables.iter().copied());
    let output = command.output().expect("it runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn stack_used_last_is_taken_only_in_its_account_region_and_profile() {
    let config = "[profile work]\naws_access_key_id = 111111111111\naws_secret_access_key = x\nregion = us-east-1\n";
    let (home, endpoint) = (folder(&[("config", config.as_bytes())]), cloudformation());
    let home = home.path();
    let (base, file) = (("AWS_ENDPOINT_URL", endpoint.as_str()), home.join("config"));
    let key =
        |account| [base, ("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", account), ("AWS_SECRET_ACCESS_KEY", "x")];
    let (mine, theirs) = (key("111111111111"), key("222222222222"));
    let several = "there are several stacks: one, two; name one with --stack";
    let last = "Stack two in us-east-1, account 111111111111: the one used last. Choose another with --stack NAME.";
    assert!(taken(home, &mine, &[]).contains(several));
    let named = taken(home, &mine, &["--stack", "two"]);
    assert!(named.contains("the stack two has no output") && !named.contains("Choose another"), "{named}");
    // It is remembered; and said, since the command changes something.
    assert!(taken(home, &mine, &[]).contains(last), "{}", taken(home, &mine, &[]));
    // Another Region, another account, another profile.
    let elsewhere = taken(home, &mine, &["--region", "eu-west-1"]);
    assert!(elsewhere.contains("there are several stacks: four, three"), "{elsewhere}");
    assert!(taken(home, &theirs, &[]).contains(several), "{}", taken(home, &theirs, &[]));
    let work = [base, ("AWS_PROFILE", "work"), ("AWS_CONFIG_FILE", file.to_str().expect("a path of text"))];
    assert!(taken(home, &work, &[]).contains(several), "{}", taken(home, &work, &[]));
    // Each keeps its own.
    let _ = taken(home, &work, &["--stack", "one"]);
    assert!(taken(home, &work, &[]).contains("Stack one in us-east-1, account 111111111111: the one used last"));
    assert!(taken(home, &mine, &[]).contains(last));
}
