//! Errors if a stack can't be reached: no credentials, no network, no terminal.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{command, folder};

/// The command's stderr and exit code, with these variables only.
fn printed(variables: &[(&str, &str)], args: &[&str]) -> String {
    let here = folder(&[]);
    let home = here.path().to_str().expect("a path of text");
    let mut command = command(here.path(), args);
    // Without the metadata service of a cloud machine.
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
fn explains_missing_credentials() {
    insta::assert_snapshot!(printed(&[("AWS_REGION", "us-east-1")], &["runs", "--stack", "tunedrop"]));
}

#[test]
fn explains_a_missing_region() {
    insta::assert_snapshot!(printed(&KEYS[1..], &["runs", "--stack", "tunedrop"]));
}

#[test]
fn ends_soon_without_a_network() {
    let nowhere = [&KEYS[..], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]].concat();
    let text = printed(&nowhere, &["watch", "a", "--stack", "tunedrop"]);
    // A message of the operating system follows.
    let (ours, _) = text.split_once(" (").expect("a cause in parentheses");
    insta::assert_snapshot!(ours);
}

#[test]
fn explains_a_missing_local_stack() {
    insta::assert_snapshot!(printed(&[], &["doctor", "--local"]));
}

#[test]
fn rejects_local_with_a_profile() {
    insta::assert_snapshot!(printed(&[], &["runs", "--local", "--profile", "a"]));
}

#[test]
fn requires_answers_without_a_terminal() {
    insta::assert_snapshot!(printed(&[], &["advise"]));
}

/// A server that answers as CloudFormation with two tunedrop stacks in each account and Region. The access key is the
/// account. Their outputs have no queue, so `redrive` ends there.
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

/// The stderr of `redrive` in this home folder, with these variables: the stack that it uses, or an error.
fn taken(home: &Path, variables: &[(&str, &str)], args: &[&str]) -> String {
    let mut command = command(home, &[&["redrive"], args].concat());
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").envs(variables.iter().copied());
    let output = command.output().expect("it runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn remembers_the_last_stack_by_account_region_and_profile() {
    let config = "[profile work]\naws_access_key_id = 111111111111\naws_secret_access_key = x\nregion = us-east-1\n";
    let (home, endpoint) = (folder(&[("config", config.as_bytes())]), cloudformation());
    let home = home.path();
    let (base, file) = (("AWS_ENDPOINT_URL", endpoint.as_str()), home.join("config"));
    let key =
        |account| [base, ("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", account), ("AWS_SECRET_ACCESS_KEY", "x")];
    let (mine, theirs) = (key("111111111111"), key("222222222222"));
    let several = "several stacks: one, two; choose one with --stack";
    let last =
        "Using stack two in us-east-1, account 111111111111: the last one used. Choose another with --stack NAME.";
    assert!(taken(home, &mine, &[]).contains(several));
    let named = taken(home, &mine, &["--stack", "two"]);
    assert!(named.contains("stack two has no output") && !named.contains("Choose another"), "{named}");
    // It is remembered, and printed, because the command changes something.
    assert!(taken(home, &mine, &[]).contains(last), "{}", taken(home, &mine, &[]));
    // Another Region, another account, another profile.
    let elsewhere = taken(home, &mine, &["--region", "eu-west-1"]);
    assert!(elsewhere.contains("several stacks: four, three"), "{elsewhere}");
    assert!(taken(home, &theirs, &[]).contains(several), "{}", taken(home, &theirs, &[]));
    let work = [base, ("AWS_PROFILE", "work"), ("AWS_CONFIG_FILE", file.to_str().expect("a path of text"))];
    assert!(taken(home, &work, &[]).contains(several), "{}", taken(home, &work, &[]));
    // Each has its own last stack.
    let _ = taken(home, &work, &["--stack", "one"]);
    assert!(taken(home, &work, &[]).contains("Using stack one in us-east-1, account 111111111111: the last one used"));
    assert!(taken(home, &mine, &[]).contains(last));
}
