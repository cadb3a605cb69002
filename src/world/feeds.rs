//! The end of a run for what is for many: what is still on its way, and what waits.
use super::{World, sheet::Sheet, split};
use crate::{
    engine::{Agenda, Time, number},
    node::{
        Node,
        catch_up::What,
        table::{feeds::Entry, messages::Stage, send_buffers::Pushed},
    },
    record::Unit,
};

impl World {
    /// What has arrived by `now` of what was pushed to many is counted.
    pub(super) fn land(&mut self, now: Time) {
        if self.feeds.is_empty() && self.feeds.send_buffers.users().is_empty() {
            return;
        }
        let mut agenda = Agenda::default();
        let (_, mut cx) = split!(self, now, &mut agenda);
        for feed in 0..cx.feeds.len() {
            for instance in cx.feeds.get(feed).pool() {
                cx.land(feed, instance);
            }
        }
        for user in cx.feeds.send_buffers.users() {
            cx.drained(user);
        }
    }

    /// What has not ended at the horizon of what is for many.
    pub(super) fn count_pending_of_many(&mut self, horizon: Time) {
        self.land(horizon);
        self.pending_before_the_fan_out();
        for id in 0..self.feeds.len() {
            let feed = self.feeds.get_mut(id);
            if !feed.grouped {
                continue;
            }
            let mut under_way: Vec<(Entry, u32)> = feed.flying();
            under_way.extend(feed.coming());
            for (entry, many) in under_way {
                self.record.pending_many(entry.sent, false, u64::from(many));
            }
        }
        for user in self.feeds.send_buffers.users() {
            for held in self.feeds.send_buffers.forget(user) {
                // Those of their own have a row.
                if let Pushed::OfMany { entry, .. } = held.what {
                    self.record.pending(entry.sent, false);
                }
            }
        }
        for user in 0..self.crowds.users() {
            self.waiting_for(user, horizon);
        }
    }

    /// Messages that have no number yet are for those who subscribe now.
    fn pending_before_the_fan_out(&mut self) {
        let Self { messages, crowds, feeds, record, .. } = self;
        for (row, message) in messages.in_use() {
            let crowd = crowds.of(message.to);
            let Some(feed) = crowd.feed_of(message) else { continue };
            let before = !matches!(message.stage, Stage::Spread | Stage::SpreadAgain);
            if before && !messages.copies.over(row) {
                let all = u64::from(feeds.get(feed).audience(message.to - crowd.first).all);
                record.sent_many(message.sent, message.id, all);
                let waits = matches!(message.stage, Stage::Outbox | Stage::Parked);
                record.pending_many(message.sent, waits, all);
            }
        }
    }

    /// Those for whom messages of their own lie in the buffer: what others have pushed out.
    pub(super) fn settle_buffers(&mut self, horizon: Time) {
        if !self.feeds.is_empty() {
            let users = (0..self.crowds.users()).filter(|&user| self.connections.kept.missed(user));
            for user in users.collect::<Vec<u32>>() {
                self.waiting_for(user, horizon);
            }
        }
    }

    /// What a user who is away has missed, and what has become of it.
    fn waiting_for(&mut self, user: u32, horizon: Time) {
        if !self.connections.get(user).is_away() || self.crowds.of(user).feeds.is_empty() {
            return;
        }
        let mut agenda = Agenda::default();
        let (_, mut cx) = split!(self, horizon, &mut agenda);
        for (missed, fate) in cx.takes_what_it_missed(user) {
            match missed.what {
                What::Own(row) => cx.stays_in_buffer(user, row, missed.kept, fate),
                What::OfMany(entry) => match fate.end() {
                    Some((at, end)) => cx.record.delivery(at, entry.sent, entry.id, end),
                    None => cx.record.pending(entry.sent, true),
                },
            }
        }
    }

    /// What gateways have held back for slow consumers.
    pub(super) fn send_buffer_measures(&self, sheet: &mut Sheet) {
        if !self.crowds.iter().any(|crowd| crowd.slow.is_some()) {
            return;
        }
        for (place, (node, name)) in self.nodes.iter().zip(&self.names).enumerate() {
            let Node::Gateway(pool) = node else { continue };
            if self.crowds.some_read_slowly_at(place) {
                let peaks = pool.pool.clone().map(|it| self.feeds.send_buffers.peak(it));
                let peak = number::float(peaks.max().unwrap_or(0));
                sheet.set(format!("{name}.send_buffers.peak"), Unit::Bytes, Some(peak));
            }
        }
        sheet.count("send_buffers.closed", self.feeds.send_buffers.closed);
    }
}
