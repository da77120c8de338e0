//! `tunedrop check` and validate report the same findings for the same folders.

mod cases;

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::types::StorageClass;
use serde_json::Value;
use tunedrop_local::{ACCOUNT, REGION, SECRET};

use self::cases::{Case, cases};
use crate::harness::Harness;
use crate::session::Shell;
use crate::stack::DeployedStack;

pub(crate) async fn check_and_validate_report_the_same_findings(w: &Harness) -> Result<()> {
    let shell = Shell::open(w, "same")?;
    let cases = cases(w.main.bucket());
    for case in &cases {
        let side = side(w, case);
        for (file, bytes) in &case.files {
            let key = format!("datasets/{}/{file}", case.name);
            if case.name == "same-archived" && *file == "train.jsonl" {
                let put = w.s3.put_object().bucket(side.bucket()).key(&key).body(bytes.clone().into());
                put.storage_class(StorageClass::DeepArchive).send().await?;
            } else {
                w.put(side, &key, bytes.clone()).await?;
            }
            let path = shell.folder.join(case.name).join(file);
            std::fs::create_dir_all(path.parent().context("a folder")?)?;
            std::fs::write(path, bytes)?;
        }
    }
    for case in &cases {
        let side = side(w, case);
        let report = report(w, side, case).await?;
        let cloud = findings(&report["findings"], |finding| finding["file"].as_str())?;
        for code in case.codes {
            ensure!(cloud.iter().any(|finding| finding[0] == *code), "{}: {code} is not in {cloud:#?}", case.name);
        }
        ensure!(report["findings"]["counts"].get("blank-line").is_none(), "{}: it was read: {report:#}", case.name);
        let address = format!("s3://{}/datasets/{}/", side.bucket(), case.name);
        let mut places = vec![(address.clone(), address)];
        if !case.only_in_s3 {
            places.push((case.name.to_owned(), format!("{}/", case.name)));
        }
        for (place, prefix) in places {
            let laptop = check(w, &shell, &place, &prefix, case)?;
            ensure!(laptop == cloud, "{place}: the laptop finds {laptop:#?}, the cloud {cloud:#?}");
        }
    }
    Ok(())
}

fn side<'w>(w: &'w Harness, case: &Case) -> &'w DeployedStack {
    // The default model of this stack is nova-micro.
    if case.model.is_some() { &w.guarded } else { &w.main }
}

/// Returns the report on the whole folder.
async fn report(w: &Harness, side: &DeployedStack, case: &Case) -> Result<Value> {
    w.until(&format!("a report on {} that says {}", case.name, case.state), async || {
        let report = w.read_json(side, &format!("reports/{}/latest.json", case.name)).await.ok()?;
        let missing_files: Vec<&str> = report["missing_files"].as_array()?.iter().filter_map(Value::as_str).collect();
        (report["state"] == case.state && missing_files == case.missing_files).then_some(report)
    })
    .await
}

/// Returns code, file, location and message of each finding.
type Shown = [String; 7];

fn findings<'v>(list: &'v Value, file: impl Fn(&'v Value) -> Option<&'v str>) -> Result<BTreeSet<Shown>> {
    let list = list.get("kept").unwrap_or(list).as_array().context("a list of findings")?;
    let show = |finding: &'v Value| {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let file = file(finding).context("a file")?.to_owned();
        let place = |name: &str| finding[name].to_string();
        Ok([text("code"), file, place("line"), place("column"), text("pointer"), text("message"), text("help")])
    };
    list.iter().map(show).collect()
}

/// Returns the findings of `tunedrop check`. Its missing files must be the stack's missing files.
fn check(w: &Harness, shell: &Shell, place: &str, prefix: &str, case: &Case) -> Result<BTreeSet<Shown>> {
    let mut command = shell.command(&format!("check {place} --format json"))?;
    command.args(case.model.iter().flat_map(|model| ["--model", model]));
    command.envs([
        ("AWS_ENDPOINT_URL", w.endpoint()),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    let output = command.output().context("tunedrop could not be started")?;
    let page: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{place}: {}", String::from_utf8_lossy(&output.stderr)))?;
    ensure!(page["unreadable"].as_array().is_some_and(Vec::is_empty), "{place}: {page:#}");
    let blocks = case.state != "Held";
    ensure!(output.status.code() == Some(i32::from(blocks)), "{place}: {:?} {page:#}", output.status);
    let mut all = findings(&page["findings"], |finding| finding["path"].as_str())?;
    for file in page["files"].as_array().context("a list of files")? {
        all.extend(findings(&file["findings"], |_| file["path"].as_str())?);
    }
    let mut missing = Vec::new();
    let mut same = BTreeSet::new();
    for mut finding in all {
        finding[1] = finding[1].strip_prefix(prefix).with_context(|| format!("{finding:?}"))?.to_owned();
        if finding[0] == "missing-file" {
            missing.push(finding[5].clone());
        } else {
            same.insert(finding);
        }
    }
    let named = |name: &&str| missing.iter().any(|message| message.contains(*name));
    ensure!(missing.len() == case.missing_files.len() && case.missing_files.iter().all(named), "{missing:?}");
    Ok(same)
}
