//! Invalid input of every kind is a finding with problem, location and fix, in report and message, and no function
//! fails.

use anyhow::{Context, Result, ensure};

use crate::data::nova;
use crate::harness::Harness;

pub(crate) async fn every_kind_of_bad_input_is_a_finding(w: &Harness) -> Result<()> {
    let good = nova(10, "bad input");
    let line = good.lines().next().context("a line")?;
    let with = |bad: &str| format!("{good}{bad}\n").into_bytes();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty-file", Vec::new()),
        ("byte-order-mark", [b"\xef\xbb\xbf".as_slice(), good.as_bytes()].concat()),
        ("invalid-utf8", [good.as_bytes(), b"{\"a\":\"\xff\"}\n"].concat()),
        ("invalid-json", with("{\"messages\": [")),
        ("blank-line", with("")),
        ("not-an-object", with("[1, 2]")),
        ("duplicate-record", with(line)),
        ("reserved-string", with(&line.replace("What is", "User: what is"))),
        ("too-few-records", nova(3, "few").into_bytes()),
        ("line-too-long", [good.as_bytes(), &vec![b'x'; 9 << 20], b"\n"].concat()),
    ];
    for (code, bytes) in &cases {
        let dataset = format!("bad-{code}");
        // Warnings block here, so each kind causes a rejection.
        w.upload(&w.main, &dataset, "job.yaml", "base_model: nova-lite\nstrict: true\n").await?;
        w.put(&w.main, &format!("datasets/{dataset}/train.jsonl"), bytes.clone()).await?;
    }
    for (code, _) in &cases {
        let dataset = format!("bad-{code}");
        let report = w.report(&w.main, &dataset, "Rejected").await?;
        let kept = report["findings"]["kept"].as_array().context("findings")?;
        let finding = kept
            .iter()
            .find(|finding| finding["code"] == *code)
            .with_context(|| format!("{code} is not in {kept:#?}"))?;
        for part in ["message", "help"] {
            ensure!(finding[part].as_str().is_some_and(|text| text.len() > 8), "{code} has no {part}: {finding}");
        }
        let messages = w.wait_for_messages(&w.main, &dataset, code, 1).await?;
        ensure!(messages[0].attributes["state"] == "Rejected", "{messages:?}");
        ensure!(w.jobs(&dataset).await?.is_empty(), "{code}: nothing is launched");
    }
    Ok(())
}
