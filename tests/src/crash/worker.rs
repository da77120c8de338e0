//! A worker: the functions with a simulator and a ledger of their own. `queue` simulates what connects them.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tunedrop_local::bedrock::{self, Config, Faults};
use tunedrop_local::function::Function;
use tunedrop_local::proxy::{Call, FaultAction, Proxy, ProxyEvent, Route};
use tunedrop_local::{ACCOUNT, REGION, Stack};

use crate::crash::clean::SETTINGS;
use crate::crash::deliveries::Delivery;
use crate::crash::evaluations::Questions;
use crate::crash::fault::{Fault, FaultPlan, Trace};
use crate::crash::resources::Resources;
use crate::crash::rules::Rules;

pub(super) struct Worker {
    pub(super) resources: Resources,
    pub(super) rules: Arc<Rules>,
    pub(super) fault_plan: FaultPlan,
    proxy: Proxy,
    _aside: Proxy,
    pub(super) seen: UnboundedReceiver<ProxyEvent>,
    pub(super) functions: BTreeMap<String, Function>,
    binaries: PathBuf,
    log: File,
    /// The dataset of the current run of a scenario. Events about other datasets are late ones, and are ignored.
    pub(super) dataset: String,
    pub(super) queue: VecDeque<Delivery>,
    /// Messages that went back to their queue, and are hidden.
    pub(super) later: VecDeque<Delivery>,
    /// The next event of each of these kinds is lost.
    pub(super) lose: Vec<&'static str>,
    /// Whether its jobs are held in training.
    pub(super) held: bool,
    /// Whether some jobs may not have ended.
    pub(super) working: bool,
    /// Whether jobs were released to end.
    pub(super) released: bool,
    /// Whether the scenario's evaluation has a judge.
    pub(super) has_judge: bool,
    /// Whether this scenario set faults in the simulator.
    pub(super) has_faults: bool,
    pub(super) fault: Option<Fault>,
    pub(super) questions: Questions,
    pub(super) traces: Vec<Trace>,
}

impl Worker {
    pub(super) async fn start(
        stack: &Stack,
        number: usize,
        rules: Arc<Rules>,
        binaries: PathBuf,
        log: File,
    ) -> Result<Worker> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let resources = Resources::make(stack, number, format!("http://{}", listener.local_addr()?)).await?;
        let (sender, seen) = unbounded_channel();
        let fault_plan = FaultPlan::default();
        let counted = fault_plan.clone();
        let proxy = proxy(stack, &resources.bedrock, &sender, move |call| counted.decide(call)).await?;
        // The simulator's own calls aren't counted, but its events are delivered.
        let aside = self::proxy(stack, &resources.bedrock, &sender, |_| FaultAction::Pass).await?;
        let config = Config {
            emulator: aside.endpoint(),
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            auth: false,
            // Jobs end when no message is left to deliver, so that each function finds its job in the same state each time.
            faults: Faults {
                phases_ms: [0; 3],
                train: false,
                slots: 1000,
                models: 1000,
                hold: vec![String::new()],
                ..Faults::default()
            },
        };
        tokio::spawn(bedrock::serve(config, listener, std::future::pending()));
        Ok(Worker {
            resources,
            rules,
            fault_plan,
            proxy,
            _aside: aside,
            seen,
            functions: BTreeMap::new(),
            binaries,
            log,
            dataset: String::new(),
            queue: VecDeque::new(),
            later: VecDeque::new(),
            lose: Vec::new(),
            held: false,
            working: false,
            released: false,
            has_judge: false,
            has_faults: false,
            fault: None,
            questions: Questions::default(),
            traces: Vec::new(),
        })
    }

    /// The function's process. Starts it if it isn't running.
    pub(super) async fn function(&mut self, name: &str) -> Result<&mut Function> {
        if !self.functions.contains_key(name) {
            let binary = self.binaries.join(format!("tunedrop-{name}"));
            let function = Function::start(&binary, &self.variables(), &self.log).await?;
            self.functions.insert(name.to_owned(), function);
        }
        self.functions.get_mut(name).context("just started")
    }

    /// The variables that the template sets. The SDK's retries are off, so that `k` is the same call each time.
    fn variables(&self) -> Vec<(String, String)> {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/job");
        [
            ("AWS_ENDPOINT_URL", self.proxy.endpoint()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
            ("TUNEDROP_STACK", self.resources.stack.clone()),
            ("TUNEDROP_BUS", self.resources.stack.clone()),
            ("TUNEDROP_ACCOUNT", ACCOUNT.to_owned()),
            ("TUNEDROP_TABLE", self.resources.table.clone()),
            ("TUNEDROP_BUCKET", self.resources.bucket.clone()),
            ("TUNEDROP_TOPIC_ARN", self.resources.topic.clone()),
            ("TUNEDROP_JOB_ROLE_ARN", role.clone()),
            ("TUNEDROP_JUDGE_ROLE_ARN", role),
            ("TUNEDROP_MAX_MODEL_UNITS", "1".to_owned()),
        ]
        .into_iter()
        .chain(SETTINGS.map(|(name, value)| (name, value.to_owned())))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

async fn proxy(
    stack: &Stack,
    bedrock: &str,
    seen: &UnboundedSender<ProxyEvent>,
    decide: impl Fn(&Call) -> FaultAction + Send + Sync + 'static,
) -> Result<Proxy> {
    let route = Route {
        emulator: stack.endpoint().to_owned(),
        bedrock: bedrock.to_owned(),
        decide: Arc::new(decide),
        events: seen.clone(),
    };
    Proxy::start(route).await
}
