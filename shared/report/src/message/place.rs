//! Where a report lies, and how it is opened.

use percent_encoding::utf8_percent_encode;
use tunedrop_run::RunId;

use crate::wording::{URI_PATH, command, shell, visible};

/// A line each: the console's page of the report, its address, and the command that opens it.
pub(super) fn lines(report: &str, run_id: Option<&RunId>, stack: &str, region: &str) -> Vec<String> {
    console(report, region).into_iter().chain([visible(report), open(report, run_id, stack)]).collect()
}

/// The command that opens it; where there is no run, the one that fetches it.
pub(super) fn open(report: &str, run_id: Option<&RunId>, stack: &str) -> String {
    match run_id {
        Some(run_id) => command("report", run_id, stack),
        None => format!("aws s3 cp {} report.html", shell(report)),
    }
}

/// The object's page in the S3 console; `None` for what is no object's address or where the Region is not known.
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
    fn each_partition_has_its_console() {
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
