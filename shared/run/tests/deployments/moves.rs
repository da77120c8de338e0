//! What can happen next, and what happens if nothing more goes wrong.

use tunedrop_run::DeploymentState;
use tunedrop_run::decide::deploy::{DeployStep, answered};

use crate::world::{NOW, Worker, World};

impl World {
    /// Every state that can follow, with what happens.
    pub(crate) fn moves(&self) -> Vec<(String, World)> {
        let mut moves = Vec::new();
        for at in 0..self.workers.len() {
            moves.extend(self.worker_moves(at));
        }
        let mut add = |what: &str, change: &dyn Fn(&mut World) -> bool| {
            let mut next = self.clone();
            if change(&mut next) {
                moves.push((what.to_owned(), next));
            }
        };
        if let Some(command) = self.commands.first() {
            add(&format!("{command:?}"), &|world| {
                world.command();
                true
            });
        }
        add("Bedrock is done", &|world| world.work(false));
        if self.failures > 0 {
            add("Bedrock fails", &|world| {
                world.failures -= 1;
                world.work(true)
            });
        }
        if self.outside > 0 {
            add("deleted outside tunedrop", &|world| {
                world.outside -= 1;
                world.deleted_outside = true;
                world.bedrock.take().is_some()
            });
        }
        // A lease outlives the function that took it, and never the call.
        add("the lease ends", &|world| world.end_lease());
        moves
    }

    fn end_lease(&mut self) -> bool {
        let holds = |worker: &Worker| matches!(worker, Worker::Claimed(..) | Worker::Answered(..));
        let held = self.workers.iter().any(holds);
        match &mut self.item {
            Some(item) if !held && item.lease_until.is_some() => {
                item.lease_until = None;
                true
            }
            _ => false,
        }
    }

    fn worker_moves(&self, at: usize) -> Vec<(String, World)> {
        let mut moves = Vec::new();
        let mut next = self.clone();
        let what = match self.workers[at].clone() {
            Worker::Idle => match &self.item {
                Some(item) => {
                    next.workers[at] = Worker::Read(item.clone());
                    "reads"
                }
                None => return moves,
            },
            Worker::Read(item) => {
                let seen = self.look(&item);
                next.workers[at] = Worker::Looked(item, seen);
                "looks"
            }
            Worker::Looked(item, seen) => {
                next.workers[at] = Worker::Idle;
                match World::step(&item, seen.as_ref()) {
                    DeployStep::Write(written) => {
                        next.write(&item, *written);
                        "writes"
                    }
                    DeployStep::Wait | DeployStep::Done => "waits",
                    step => {
                        let claimed = self.claimed(&item);
                        if next.write(&item, claimed.clone()) {
                            next.workers[at] = Worker::Claimed(claimed, step);
                        }
                        "claims"
                    }
                }
            }
            Worker::Claimed(item, step) => {
                let answer = next.call(&item, &step);
                let written = answered(&item, &step, answer, NOW);
                next.workers[at] = Worker::Answered(Box::new((item, written)));
                "calls"
            }
            Worker::Answered(answered) => {
                let (claimed, written) = *answered;
                next.write(&claimed, written);
                next.workers[at] = Worker::Idle;
                "writes the answer"
            }
        };
        moves.push((format!("function {at} {what}"), next));
        if self.interruptions > 0 && self.workers[at] != Worker::Idle {
            let mut next = self.clone();
            next.interruptions -= 1;
            next.workers[at] = Worker::Idle;
            moves.push((format!("function {at} is interrupted"), next));
        }
        moves
    }

    /// Lets both functions be interrupted, and nothing go wrong after that. The state in which nothing is left to do; or what
    /// is wrong with it.
    pub(crate) fn settle(mut self) -> Result<World, String> {
        self.workers = [Worker::Idle, Worker::Idle];
        for _ in 0..40 {
            self.end_lease();
            let Some(item) = self.item.clone() else { return Ok(self) };
            let seen = self.look(&item);
            match World::step(&item, seen.as_ref()) {
                DeployStep::Write(next) => {
                    self.write(&item, *next);
                }
                DeployStep::Wait => {
                    if !self.work(false) {
                        return Err("waits for nothing".to_owned());
                    }
                }
                DeployStep::Done => return self.settled(),
                step => {
                    let claimed = self.claimed(&item);
                    self.write(&item, claimed.clone());
                    let answer = self.call(&claimed, &step);
                    self.write(&claimed, answered(&claimed, &step, answer, NOW));
                    // Until that is done, Bedrock may refuse to delete it.
                    if matches!(step, DeployStep::Delete(_)) {
                        self.work(false);
                    }
                }
            }
        }
        Err(format!("never settles: {self:?}"))
    }

    /// What must be true when nothing is left to do.
    fn settled(self) -> Result<World, String> {
        let Some(item) = &self.item else { return Ok(self) };
        let shown = self.bedrock.as_ref();
        match item.state {
            DeploymentState::Active => {
                let serves = shown.map(tunedrop_run::decide::deploy::DeploymentView::serves);
                if serves != item.serving_model_arn.as_deref() || Some(&item.run_id) != item.serving.as_ref() {
                    return Err(format!("settled with {serves:?} at Bedrock: {item:?}"));
                }
            }
            DeploymentState::Deleted | DeploymentState::Failed => {
                if shown.is_some() || item.arn.is_some() {
                    return Err(format!("a deployment is left at Bedrock: {shown:?}"));
                }
            }
            state => return Err(format!("settled as {}", state.as_str())),
        }
        Ok(self)
    }
}
