//! `tunedrop inventory` in an account with many models.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_local::REGION;
use tunedrop_run::DeploymentState;

use crate::deployment_commands::{ends, has};
use crate::deployments::{deployed, train};
use crate::harness::Harness;
use crate::session::Shell;

/// How long 500 models may take on a busy machine. On an idle one it is about a second.
const PATIENCE: Duration = Duration::from_secs(30);

fn find<'j>(listed: &'j Value, what: &str, key: &str, value: &str) -> Result<&'j Value> {
    let all = listed[what].as_array().context("a list")?;
    all.iter().find(|one| one[key] == value).with_context(|| format!("no {value} in {what}"))
}

/// The built-in prices of Nova Lite, and then those of the Price List.
async fn priced(w: &Harness, shell: &mut Shell, stored: &Value, hourly: &Value) -> Result<()> {
    for (billing, usd) in [(&stored["billing"], 1.95), (&hourly["billing"], 108.15)] {
        ensure!(billing["usd"] == usd && billing["source"]["from"] == "built-in", "{billing}");
    }
    let product = |what: &str, usd: &str, unit: &str| json!({ "usage_type": format!("USE1-NovaLite-{what}"), "region": REGION, "usd": usd, "unit": unit });
    let products = [
        product("Customization-Training", "0.0021000000", "1K tokens"),
        product("Customization-Storage", "2.0500000000", "Model/month"),
    ];
    w.faults(json!({ "prices": { "more": products } })).await?;
    let begun = Instant::now();
    let printed = ends(shell, "inventory --local --json --price-list", 0);
    w.reset_faults().await?;
    let listed: Value = serde_json::from_str(&printed?)?;
    eprintln!("the same with the Price List: {} ms", begun.elapsed().as_millis());
    let costs = &listed["costs"];
    ensure!(costs["storage_per_month"]["sources"][0]["from"] == "price-list", "{costs}");
    ensure!(costs["throughput_per_hour"]["sources"][0]["from"] == "price-list", "{costs}");
    let all = listed["models"].as_array().map(Vec::len).context("models")?;
    // Other scenarios' models may be of other base models.
    let (sum, priced) = (&costs["storage_per_month"]["usd"], &costs["storage_per_month"]["priced"]);
    let sum = sum.as_f64().context("a sum")?;
    ensure!(priced.as_u64() >= Some(502) && priced.as_u64() <= Some(all as u64), "{costs}");
    ensure!(sum >= 502.0 * 2.05 - 1e-6, "{costs}");
    Ok(())
}

/// Lists what this stack, another stack and somebody else made, and goes on without a permission.
pub(crate) async fn inventory_lists_what_anybody_made(w: &Harness) -> Result<()> {
    let name = "stocked";
    let mut shell = Shell::open(w, name)?;
    let run = train(w, name, "first", "base_model: nova-lite\ndeploy: {}\n", None).await?;
    let deployment = deployed(w, name, DeploymentState::Active, Some(&run)).await?;
    ends(&mut shell, "try stocked Hello --local --max-tokens 5", 0)?;
    w.add_models(500, json!({})).await?;
    w.add_models(1, json!({ "tunedrop:stack": "elsewhere", "tunedrop:dataset": "bot" })).await?;
    let model_arn = run.model_arn.clone().context("a model")?;
    let throughput = w.bedrock.create_provisioned_model_throughput().provisioned_model_name("load-test");
    let throughput = throughput.model_id(&model_arn).model_units(1).send().await?.provisioned_model_arn;

    let begun = Instant::now();
    let printed = ends(&mut shell, "inventory --local --json", 0)?;
    let took = begun.elapsed();
    eprintln!("inventory of 502 models: {} ms", took.as_millis());
    ensure!(took < PATIENCE, "the inventory took {took:?}");
    let mut listed: Value = serde_json::from_str(&printed)?;
    // CloudWatch gets its counts late.
    while find(&listed, "models", "arn", run.model_arn.as_deref().unwrap_or_default())?["last_invoked"].is_null() {
        ensure!(begun.elapsed() < PATIENCE, "the invocation isn't counted");
        tokio::time::sleep(Duration::from_millis(200)).await;
        listed = serde_json::from_str(&ends(&mut shell, "inventory --local --json", 0)?)?;
    }
    ensure!(listed["models"].as_array().map(Vec::len) >= Some(502), "not all models are listed");
    ensure!(listed["missing_permissions"] == json!([]), "{}", listed["missing_permissions"]);
    let ours = find(&listed, "models", "arn", &model_arn)?;
    ensure!(ours["made_by"]["known_by"] == "ledger" && ours["made_by"]["run_id"] == run.run_id.as_str(), "{ours}");
    ensure!(ours["last_invoked"].as_str().is_some_and(|day| day.len() == 10), "it was invoked today: {ours}");
    ensure!(ours["base_model"] == "amazon.nova-lite-v1:0:300k" && ours["billing"]["unit"] == "model-month", "{ours}");
    let arn = deployment.arn.as_deref().context("an ARN")?;
    let serving = find(&listed, "deployments", "arn", arn)?;
    ensure!(serving["made_by"]["deployment"] == name && serving["last_invoked"] == ours["last_invoked"], "{serving}");
    let hourly = find(&listed, "deployments", "arn", &throughput)?;
    ensure!(hourly["model_units"] == 1 && hourly["billing"]["unit"] == "unit-hour", "{hourly}");
    priced(w, &mut shell, ours, hourly).await?;
    ensure!(hourly["made_by"]["known_by"] == "not-by-tunedrop" && hourly["last_invoked"].is_null(), "{hourly}");
    let models = listed["models"].as_array().context("models")?;
    let elsewhere = models.iter().filter(|one| one["made_by"]["stack"] == "elsewhere").collect::<Vec<_>>();
    ensure!(elsewhere.len() == 1 && elsewhere[0]["made_by"]["known_by"] == "tags", "{elsewhere:?}");
    // Other scenarios' stacks have models too.
    let in_ledger = models.iter().filter(|one| one["made_by"]["known_by"] == "ledger").count();
    let others = models.iter().filter(|one| one["made_by"]["known_by"] == "not-by-tunedrop").count();
    ensure!(others == 500, "{others} models have no stack");
    let base = find(&listed, "base_models", "model", "amazon.nova-lite-v1:0:300k")?;
    ensure!(base["status"] == "active", "{base}");

    let page = ends(&mut shell, "inventory --local", 0)?;
    has(&page, &["BASE MODEL", "(not tunedrop)", "elsewhere", "1.95/mo", "108.15/h", run.run_id.as_str()])?;
    has(&page, &["Storage: ", "Provisioned throughput: 108.15 USD an hour", "Price: built-in price of 2025-05-05"])?;
    let wide = page.lines().find(|line| line.chars().count() > 80);
    ensure!(wide.is_none(), "a line is too wide: {wide:?}");

    w.faults(json!({ "calls": [
        { "operation": "ListTagsForResource", "error": "AccessDeniedException", "message": "not allowed" },
    ] }))
    .await?;
    let partial = shell.command("inventory --local --json")?.output();
    w.reset_faults().await?;
    let partial = partial?;
    ensure!(partial.status.success(), "{partial:?}");
    let said = String::from_utf8_lossy(&partial.stderr).into_owned();
    has(&said, &["you lack the permission bedrock:ListTagsForResource"])?;
    let listed: Value = serde_json::from_slice(&partial.stdout)?;
    ensure!(
        listed["missing_permissions"] == json!(["bedrock:ListTagsForResource"]),
        "{}",
        listed["missing_permissions"]
    );
    let models = listed["models"].as_array().context("models")?;
    let unknown = models.iter().filter(|one| one["made_by"]["known_by"] == "unknown").count();
    ensure!(unknown >= 501 && unknown + in_ledger == models.len(), "{unknown} of {} are unknown", models.len());
    w.bedrock.delete_provisioned_model_throughput().provisioned_model_id(throughput).send().await?;
    Ok(())
}
