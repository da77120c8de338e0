//! The links to a report, and the command that opens it.

use percent_encoding::utf8_percent_encode;

use super::Topic;
use crate::wording::{URI_PATH, command, shell, visible};

/// One on each line: the report's page in the S3 console, its address, and the command that opens it.
pub(super) fn lines(topic: Topic<'_>, report: &str, stack: &str, region: &str) -> Vec<String> {
    console(report, region).into_iter().chain([visible(report), open(topic, report, stack)]).collect()
}

/// The command that opens the report, or downloads it if there is no run.
pub(super) fn open(topic: Topic<'_>, report: &str, stack: &str) -> String {
    match (topic, topic.run()) {
        (Topic::Evaluation(detail), _) => format!("{} --evaluation", command("report", &detail.run_id, stack)),
        (_, Some(run)) => command("report", &run.run_id, stack),
        (_, None) => format!("aws s3 cp {} report.html", shell(report)),
    }
}

/// The object's page in the S3 console; `None` if `report` isn't an object's address or the Region is unknown.
///
/// The host is the console's Regional endpoint (AWS General Reference, "AWS Management Console endpoints"); each
/// partition has its own domain.
pub(super) fn console(report: &str, region: &str) -> Option<String> {
    let (bucket, key) = report.strip_prefix("s3://")?.split_once('/')?;
    let is_region =
        !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !is_region || bucket.is_empty() || key.is_empty() {
        return None;
    }
    let domain = match region {
        _ if region.starts_with("cn-") => "console.amazonaws.cn",
        _ if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    let encoded = |text| utf8_percent_encode(text, URI_PATH);
    let (bucket, key) = (encoded(bucket), encoded(key));
    Some(format!("https://{region}.{domain}/s3/object/{bucket}?region={region}&prefix={key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_the_console_of_the_partition() {
        let report = "s3://drops/reports/a b/réport.html";
        let link = |region| console(report, region);
        let rest = |region| format!("/s3/object/drops?region={region}&prefix=reports/a%20b/r%C3%A9port.html");
        for (region, host) in [
            ("us-east-1", "us-east-1.console.aws.amazon.com"),
            ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
            ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ] {
            assert_eq!(link(region), Some(format!("https://{host}{}", rest(region))));
        }
        assert_eq!([link(""), link("evil.example/"), console("s3://drops", "us-east-1")], [None, None, None]);
    }
}
