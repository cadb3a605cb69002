//! The form of a bus → its parameters.
use super::{nodes::CLOSEST, section::Section, words::Profile};
use crate::{
    engine::Span,
    node::parameters::{Group, Pubsub, Rebalance},
    spec::model,
    units::{Factor, Quantity},
};

impl Section<'_, '_> {
    /// A bus.
    pub(super) fn pubsub(&mut self, form: &model::Pubsub) -> Pubsub {
        let profile: Profile = self.word("profile", form.profile.as_ref());
        self.instead(profile.defaults());
        let partitions = self.whole("partitions", form.partitions.as_ref(), 1..=1_000_000);
        let brokers = self.short("brokers", form.brokers.as_ref(), 1..=u16::MAX);
        let key = self.word("key", form.key.as_ref());
        let skew = self.within("skew", form.skew.as_ref(), Factor(0.0)..=Factor(10.0)).0;
        Pubsub {
            stores: profile.stores(),
            partitions,
            queues: profile.queues(partitions, brokers),
            key,
            skew,
            rate: self.positive("rate", form.rate.as_ref()),
            latency: self.law("latency", form.latency.as_ref()),
            fetch: self.value("fetch", form.fetch.as_ref()),
            bound: self.or_else("unbounded", "bound", form.bound.as_ref(), |section, key, at| {
                section.whole(key, at, 0..=u32::MAX)
            }),
            when_full: self.word("when_full", form.when_full.as_ref()),
            max_block: self.value("max_block", form.max_block.as_ref()),
            delivery: self.word("delivery", form.delivery.as_ref()),
            group: self.inside("group", |section| section.group(&form.group)),
            failover: self.value("failover", form.failover.as_ref()),
            brokers,
            copies: self.short("copies", form.copies.as_ref(), 1..=u16::MAX),
            retention: self.value("retention", form.retention.as_ref()),
        }
    }

    fn group(&mut self, form: &model::Group) -> Group {
        let before = self.input.errors();
        let session_timeout =
            self.within("session_timeout", form.session_timeout.as_ref(), CLOSEST..=Span::FOREVER);
        let heartbeat = self.value("heartbeat", form.heartbeat.as_ref());
        if let Some(written) = &form.heartbeat
            && self.input.errors() == before
            && heartbeat > session_timeout
        {
            let says = format!("is longer than a session of {}", session_timeout.print());
            let help = "consumers would be taken for gone between two signs of life";
            self.wrong("out-of-range", "heartbeat", written.at, &says, help);
        }
        let rebalance = self.word("rebalance", form.rebalance.as_ref());
        let usual = match rebalance {
            Rebalance::Eager => Span::from_secs(15),
            Rebalance::Cooperative => Span::from_secs(3),
        };
        let pause = match (&form.pause, self.default("pause")) {
            (None, None) => {
                self.put("pause", &usual.print());
                usual
            }
            (written, _) => self.value("pause", written.as_ref()),
        };
        let commit = self.value("commit", form.commit.as_ref());
        Group { session_timeout, heartbeat, rebalance, pause, commit }
    }
}
