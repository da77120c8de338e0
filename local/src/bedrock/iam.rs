//! Calls to the emulator's IAM and STS as its root, which needs no signature.

use serde_json::Value;

use super::state::Simulator;

/// Calls an operation of a query API (IAM, STS). Returns the answer's XML.
pub(super) async fn query(
    simulator: &Simulator,
    service: &str,
    action: &str,
    version: &str,
    parameters: &[(&str, &str)],
) -> Result<String, String> {
    let mut url = reqwest::Url::parse(&simulator.config.emulator).map_err(|error| error.to_string())?;
    url.query_pairs_mut().append_pair("Action", action).append_pair("Version", version).extend_pairs(parameters);
    let form = url.query().unwrap_or_default().to_owned();
    let request = simulator.http.post(&simulator.config.emulator);
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", as_root(simulator, service));
    let answer = request.body(form).send().await.map_err(|error| error.to_string())?;
    let (status, text) = (answer.status(), answer.text().await.map_err(|error| error.to_string())?);
    if status.is_success() {
        Ok(text)
    } else {
        Err(format!("{action} answered {status}: {}", first(&text, "Message").unwrap_or_default()))
    }
}

/// Returns the account's functions, each with its ARN and its role's ARN.
pub(super) async fn functions(simulator: &Simulator) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut marker = None;
    loop {
        let mut url = reqwest::Url::parse(&simulator.config.emulator).map_err(|error| error.to_string())?;
        url.set_path("/2015-03-31/functions/");
        url.query_pairs_mut().extend_pairs(marker.iter().map(|marker: &String| ("Marker", marker)));
        let request = simulator.http.get(url).header("authorization", as_root(simulator, "lambda"));
        let answer: Value =
            request.send().await.map_err(|error| error.to_string())?.json().await.map_err(|error| error.to_string())?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let page = answer["Functions"].as_array();
        found.extend(
            page.into_iter().flatten().map(|function| (text(&function["FunctionArn"]), text(&function["Role"]))),
        );
        marker = answer["NextMarker"].as_str().map(str::to_owned);
        if marker.is_none() {
            return Ok(found);
        }
    }
}

/// Returns all policies of a role: inline and attached ones.
pub(super) async fn policies(simulator: &Simulator, role: &str) -> Result<Vec<Value>, String> {
    let iam = async |action: &str, parameters: &[(&str, &str)]| {
        query(simulator, "iam", action, "2010-05-08", parameters).await
    };
    let mut documents = Vec::new();
    for name in all(&iam("ListRolePolicies", &[("RoleName", role)]).await?, "member") {
        let answer = iam("GetRolePolicy", &[("RoleName", role), ("PolicyName", &name)]).await?;
        documents.push(document(&answer, "PolicyDocument")?);
    }
    for arn in all(&iam("ListAttachedRolePolicies", &[("RoleName", role)]).await?, "PolicyArn") {
        documents.push(managed(simulator, &arn).await?);
    }
    Ok(documents)
}

/// Returns a role's permissions boundary, if it has one.
pub(super) async fn boundary(simulator: &Simulator, role: &str) -> Result<Option<Value>, String> {
    let answer = query(simulator, "iam", "GetRole", "2010-05-08", &[("RoleName", role)]).await?;
    match first(&answer, "PermissionsBoundaryArn") {
        Some(arn) => Ok(Some(managed(simulator, &arn).await?)),
        None => Ok(None),
    }
}

/// Returns a managed policy's document.
async fn managed(simulator: &Simulator, arn: &str) -> Result<Value, String> {
    let policy = query(simulator, "iam", "GetPolicy", "2010-05-08", &[("PolicyArn", arn)]).await?;
    let version = first(&policy, "DefaultVersionId").unwrap_or_default();
    let parameters = [("PolicyArn", arn), ("VersionId", version.as_str())];
    document(&query(simulator, "iam", "GetPolicyVersion", "2010-05-08", &parameters).await?, "Document")
}

/// Returns a role's trust policy.
pub(super) async fn trust(simulator: &Simulator, role: &str) -> Result<Value, String> {
    document(
        &query(simulator, "iam", "GetRole", "2010-05-08", &[("RoleName", role)]).await?,
        "AssumeRolePolicyDocument",
    )
}

/// Returns the decision of policies about an action on a resource: `allowed`, `explicitDeny` or `implicitDeny`.
pub(super) async fn simulate(
    simulator: &Simulator,
    policies: &[Value],
    action: &str,
    resource: &str,
) -> Result<String, String> {
    let documents: Vec<(String, String)> = policies
        .iter()
        .zip(1..)
        .map(|(policy, n)| (format!("PolicyInputList.member.{n}"), policy.to_string()))
        .collect();
    let mut parameters = vec![("ActionNames.member.1", action), ("ResourceArns.member.1", resource)];
    parameters.extend(documents.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let answer = query(simulator, "iam", "SimulateCustomPolicy", "2010-05-08", &parameters).await?;
    first(&answer, "EvalDecision").ok_or_else(|| "SimulateCustomPolicy gave no decision".to_owned())
}

/// Returns the text of the first element with this name.
pub(super) fn first(xml: &str, name: &str) -> Option<String> {
    all(xml, name).into_iter().next()
}

/// Returns the texts of all elements with this name. No element contains another one with the same name.
fn all(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let texts = xml.split(&open).skip(1).filter_map(|rest| rest.split_once(&close));
    texts
        .map(|(text, _)| {
            text.replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&apos;", "'")
                .replace("&amp;", "&")
        })
        .collect()
}

/// Returns a policy document, which IAM percent-encodes.
fn document(xml: &str, name: &str) -> Result<Value, String> {
    let text = first(xml, name).ok_or_else(|| format!("IAM gave no {name}"))?;
    let text = if text.trim_start().starts_with('{') { text } else { percent_decoded(&text) };
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let hex = (*byte == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn as_root(simulator: &Simulator, service: &str) -> String {
    let (account, region) = (&simulator.config.account, &simulator.config.region);
    format!(
        "AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}
