//! A model of Bedrock: what is known, and every variant of what isn't.

use tunedrop_run::decide::sweep::JOB_GONE_AFTER_S;
use tunedrop_run::state::JobStatus;

use crate::functions::Reply;
use crate::moves::Breach;
use crate::setting::{Flaw, InUse, Lag, Names, Setting, Token};
use crate::world::{Job, Message, World};

/// A name, or a token, is in use.
pub(crate) fn taken(setting: &Setting) -> Reply {
    match setting.bedrock.in_use {
        InUse::Known => Reply::Taken,
        InUse::OtherWords => Reply::Refused,
    }
}

impl World {
    /// CreateModelCustomizationJob.
    pub(crate) fn create(&mut self, setting: &Setting, run: u8) -> Result<Reply, Breach> {
        let bedrock = setting.bedrock;
        let jobs = self.jobs[run as usize];
        let unfinished = self.jobs.iter().flatten().flatten().filter(|job| !job.gone && !job.status.is_end()).count();
        let full = unfinished + usize::from(self.stranger) >= setting.scenario.slots;
        if full && bedrock.slots_first {
            return Ok(Reply::NoSlot);
        }
        let remembered = (0..2).find(|at| jobs[*at as usize].is_some_and(|job| job.token));
        if let Some(job) = remembered.filter(|_| !setting.lacks(Flaw::NoToken)) {
            return Ok(match bedrock.token {
                Token::SameJob => Reply::Job(job),
                Token::Conflict => taken(setting),
            });
        }
        let is_taken = jobs.iter().flatten().any(|job| match bedrock.names {
            Names::Once => true,
            Names::OnceEnded => !job.status.is_end(),
            Names::AtWill => false,
        });
        if is_taken {
            return Ok(taken(setting));
        }
        if full {
            return Ok(Reply::NoSlot);
        }
        let job = Job { status: JobStatus::InProgress, shown: bedrock.lag == Lag::None, token: true, gone: false };
        let at = u8::from(jobs[0].is_some());
        if jobs[1].is_none() {
            self.jobs[run as usize][at as usize] = Some(job);
        }
        self.emit(setting, run);
        if at > 0 { Err("a run has at most one job") } else { Ok(Reply::Job(at)) }
    }

    /// GetModelCustomizationJob by the run's name.
    pub(crate) fn shown(&self, run: u8) -> Option<(u8, Job)> {
        self.job(run).filter(|(_, job)| job.shown)
    }

    /// GetModelCustomizationJob by the job that the run is known to have, or else by its name. Also returns the upper
    /// bound of the seconds between the run's last change and the call, because Get doesn't lag by an hour.
    pub(crate) fn asked(&self, run: u8, known: Option<u8>) -> (Option<(u8, Job)>, i64) {
        let job = match known {
            Some(at) => self.jobs[run as usize][at as usize].map(|job| (at, job)).filter(|(_, job)| !job.gone),
            None => self.job(run),
        };
        let age = if job.is_some() { 0 } else { JOB_GONE_AFTER_S };
        (job.filter(|(_, job)| job.shown), age)
    }

    /// StopModelCustomizationJob. A job that has ended doesn't change.
    pub(crate) fn stop(&mut self, setting: &Setting, run: u8, at: u8) {
        if let Some(job) = &mut self.jobs[run as usize][at as usize]
            && job.status == JobStatus::InProgress
        {
            job.status = JobStatus::Stopping;
            self.emit(setting, run);
        }
    }

    /// A job continues to its end.
    pub(crate) fn end(&mut self, setting: &Setting, run: u8, at: u8) {
        let Some(job) = &mut self.jobs[run as usize][at as usize] else {
            return;
        };
        job.status = match job.status {
            JobStatus::InProgress => JobStatus::Completed,
            JobStatus::Stopping => JobStatus::Stopped,
            over => over,
        };
        self.emit(setting, run);
    }

    fn emit(&mut self, setting: &Setting, run: u8) {
        if !setting.silent {
            self.send(Message::Seen(run));
        }
    }
}
