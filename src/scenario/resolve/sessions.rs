//! An open stream of sessions: its keys, and those that only a closed crowd has.
use super::{
    Resolved,
    nodes::MOST_USERS,
    section::{Section, Word},
};
use crate::{
    engine::Time,
    node::parameters::{Parameters, Resume, Sessions},
    scenario::{Action, ActionKind, NodeId},
    spec::{At, Choice, Diagnostic, Input, model},
    units::Share,
};

impl Section<'_, '_> {
    /// A stream of sessions in place of the crowd that `form` would be.
    pub(super) fn sessions(
        &mut self,
        form: &model::Clients,
        sessions: &model::Sessions,
    ) -> Sessions {
        let network = &form.network;
        let lifetime = network
            .lifetime
            .as_ref()
            .filter(|law| !matches!(&law.value, Choice::Plain(text) if text.trim() == "never"));
        let silent = network.silent_drops.as_ref();
        let silent = silent.filter(|share| share.read().is_ok_and(|share| share > Share(0.0)));
        let ramp = form.start.as_ref().filter(|start| matches!(start.value, Choice::One(_)));
        let resume = form.resume.as_ref().filter(|resume| resume.value != Resume::None.word());
        let of_crowds: [(&str, Option<At>); 7] = [
            ("count", form.count.as_ref().map(|written| written.at)),
            ("outbox", form.outbox.as_ref().map(|written| written.at)),
            ("sends", form.sends.as_ref().map(|_| self.home())),
            ("network.lifetime", lifetime.map(|law| law.at)),
            ("network.silent_drops", silent.map(|share| share.at)),
            ("start", ramp.map(|start| start.at)),
            ("resume", resume.map(|resume| resume.at)),
        ];
        for (key, at) in of_crowds {
            let Some(at) = at else { continue };
            let says = "is for a closed crowd; here `sessions` is an open stream";
            let help = "write a `clients` node for each, on the same balancer";
            self.wrong("second-key", key, at, says, help);
        }
        self.inside("sessions", |section| Sessions {
            arrive: section.positive("arrive", sessions.arrive.as_ref()),
            stay: section.positive_law("stay", sessions.stay.as_ref()),
            if_refused: section.word("if_refused", sessions.if_refused.as_ref()),
        })
    }
}

/// Sessions are numbered like users, over the whole run.
pub(super) fn check(input: &mut Input<'_>, nodes: &[Resolved], timeline: &[Action], horizon: Time) {
    for (place, node) in nodes.iter().enumerate() {
        let Parameters::Clients(clients) = &node.parameters else { continue };
        let factors = timeline.iter().filter_map(|action| match action.kind {
            ActionKind::Load { node: NodeId(of), factor, .. } if usize::from(of) == place => {
                Some(factor)
            }
            _ => None,
        });
        let sessions = clients.sessions_by(horizon) * factors.fold(1.0, f64::max);
        if sessions > f64::from(MOST_USERS) {
            let message = format!("more than {MOST_USERS} sessions would come in one run");
            let wrong = Diagnostic::error("too-large", message).at(node.name.at);
            input.report(wrong.help("write a shorter `horizon` or a lower rate of arrivals"));
        }
    }
}
