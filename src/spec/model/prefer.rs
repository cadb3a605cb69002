//! The forms of a crowd that tries several transports.
use crate::{
    engine::Span,
    spec::{
        At,
        written::{Text, Written},
    },
    units::Share,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A transport, and the balancer that its connections go to.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Prefer {
    /// One connection for both ways.
    Websocket(Text),
    /// A stream to the client.
    Sse(Text),
    /// Requests now and then.
    ShortPoll(Text),
    /// Requests that are held.
    LongPoll(Text),
}

impl Prefer {
    /// The balancer.
    pub fn balancer(&self) -> &Text {
        match self {
            Self::Websocket(name)
            | Self::Sse(name)
            | Self::ShortPoll(name)
            | Self::LongPoll(name) => name,
        }
    }
}

/// For which share of the users each transport is blocked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Blocked {
    /// The share for whom no WebSocket opens.
    pub websocket: Option<Written<Share>>,
    /// The share for whom no stream opens.
    pub sse: Option<Written<Share>>,
    /// The share for whom no request is held.
    pub long_poll: Option<Written<Share>>,
}

impl Blocked {
    /// Where the first of them is written.
    pub fn at(&self) -> Option<At> {
        let all = [&self.websocket, &self.sse, &self.long_poll];
        all.into_iter().flatten().map(|share| share.at).min_by_key(|at| (at.source, at.start))
    }
}

/// How a crowd tries one transport after the other.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fallback {
    /// How long a client waits for a try before it goes on to the next transport, at least 1 ms;
    /// for the last of its list it waits as long as `reconnect.timeout` says.
    pub try_timeout: Option<Written<Span>>,
    /// How a try ends whose transport is blocked. `swallow`: nobody answers; `refuse`: something
    /// near the user resets it at once; `strip`: a WebSocket loses its upgrade on its way, and the
    /// gateway pays for what is left and refuses it.
    pub blocked_by: Option<Text>,
    /// How long a client tries the transport first that worked last.
    pub remember: Option<Written<Span>>,
}

impl Fallback {
    /// Where the first of its keys is written.
    pub fn at(&self) -> Option<At> {
        let times = [&self.try_timeout, &self.remember].into_iter().flatten().map(|it| it.at);
        times
            .chain(self.blocked_by.as_ref().map(|word| word.at))
            .min_by_key(|at| (at.source, at.start))
    }
}
