//! A lane: five functions, a stand-in and a ledger of their own; what lies between them is played in `queue`.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tunedrop_local::bedrock::{self, Config, Faults};
use tunedrop_local::function::Function;
use tunedrop_local::proxy::{Call, Deed, Proxy, Route, Seen};
use tunedrop_local::{ACCOUNT, REGION, Stack};

use crate::bus::Delivery;
use crate::place::Place;
use crate::rules::Rules;
use crate::strike::{Plan, Strike, Trace};

pub(crate) struct Lane {
    pub(crate) place: Place,
    pub(crate) rules: Arc<Rules>,
    pub(crate) plan: Plan,
    proxy: Proxy,
    _aside: Proxy,
    pub(crate) seen: UnboundedReceiver<Seen>,
    pub(crate) functions: BTreeMap<String, Function>,
    binaries: PathBuf,
    log: File,
    /// What this play is about; events of an earlier one come too late to matter.
    pub(crate) dataset: String,
    pub(crate) queue: VecDeque<Delivery>,
    /// What went back to its queue, and is hidden for a while.
    pub(crate) later: VecDeque<Delivery>,
    /// Kinds of which the next event is lost.
    pub(crate) lose: Vec<&'static str>,
    /// Its jobs are held in training.
    pub(crate) held: bool,
    /// Some may not have ended.
    pub(crate) working: bool,
    /// Those that may end now do.
    pub(crate) released: bool,
    /// The stand-in was bent for this play.
    pub(crate) bent: bool,
    pub(crate) strike: Option<Strike>,
    pub(crate) traces: Vec<Trace>,
}

impl Lane {
    pub(crate) async fn start(
        stack: &Stack,
        number: usize,
        rules: Arc<Rules>,
        binaries: PathBuf,
        log: File,
    ) -> Result<Lane> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let place = Place::make(stack, number, format!("http://{}", listener.local_addr()?)).await?;
        let (sender, seen) = unbounded_channel();
        let plan = Plan::default();
        let counted = plan.clone();
        let proxy = proxy(stack, &place.bedrock, &sender, move |call| counted.decide(call)).await?;
        // What the stand-in calls is not counted; its events are heard all the same.
        let aside = self::proxy(stack, &place.bedrock, &sender, |_| Deed::Pass).await?;
        let config = Config {
            emulator: aside.endpoint(),
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            auth: false,
            // Jobs end when nothing else is on its way, so that each function finds its job in the same state each time.
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
        Ok(Lane {
            place,
            rules,
            plan,
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
            bent: false,
            strike: None,
            traces: Vec::new(),
        })
    }

    /// The function's process, started where it isn't there.
    pub(crate) async fn function(&mut self, name: &str) -> Result<&mut Function> {
        if !self.functions.contains_key(name) {
            let binary = self.binaries.join(format!("tunedrop-{name}"));
            let function = Function::start(&binary, &self.variables(), &self.log).await?;
            self.functions.insert(name.to_owned(), function);
        }
        self.functions.get_mut(name).context("just started")
    }

    /// As the template sets them; the SDK's retries are off, so that k means the same call each time.
    fn variables(&self) -> Vec<(String, String)> {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/job");
        [
            ("AWS_ENDPOINT_URL", self.proxy.endpoint()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
            ("TUNEDROP_STACK", self.place.stack.clone()),
            ("TUNEDROP_BUS", self.place.stack.clone()),
            ("TUNEDROP_ACCOUNT", ACCOUNT.to_owned()),
            ("TUNEDROP_TABLE", self.place.table.clone()),
            ("TUNEDROP_BUCKET", self.place.bucket.clone()),
            ("TUNEDROP_TOPIC_ARN", self.place.topic.clone()),
            ("TUNEDROP_JOB_ROLE_ARN", role),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

async fn proxy(
    stack: &Stack,
    bedrock: &str,
    seen: &UnboundedSender<Seen>,
    decide: impl Fn(&Call) -> Deed + Send + Sync + 'static,
) -> Result<Proxy> {
    let route = Route {
        emulator: stack.endpoint().to_owned(),
        bedrock: bedrock.to_owned(),
        decide: Arc::new(decide),
        seen: seen.clone(),
    };
    Proxy::start(route).await
}
