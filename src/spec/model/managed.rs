//! The form of a managed service that stands in the place of gateways.
use crate::{
    engine::Span,
    spec::{Text, Written, model::LawText},
    units::{Bytes, Count, Factor, Rate, Share},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A managed service that holds the connections in the place of gateways.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Managed {
    /// Connections that may open in the long run; what is over this quota is answered with 429.
    pub new_connections: Option<Written<Rate>>,
    /// The most of them at once, at least 1.
    pub burst: Option<Written<Count>>,
    /// What each 429 asks for.
    pub retry_after: Option<LawText>,
    /// The largest frame; a larger message takes several.
    pub max_frame: Option<Written<Bytes>>,
    /// The largest message.
    pub max_message: Option<Written<Bytes>>,
    /// What is billed as one message; a larger one counts as several.
    pub message_unit: Option<Written<Bytes>>,
    /// A connection on which nothing has come or gone for so long is closed, at least 1 s.
    pub idle_timeout: Option<Written<Span>>,
    /// A connection that is so old is closed, at least 1 s.
    pub max_age: Option<Written<Span>>,
    /// What it adds to each message on its way, and to a handshake.
    pub latency: Option<Written<Span>>,
    /// Round trips from SYN to open, 0 to 100.
    pub handshake_rtts: Option<Written<Factor>>,
    /// Share of the TLS handshakes that are resumed, which take fewer bytes.
    pub resumption: Option<Written<Share>>,
    /// What the bill is for, by its name in the prices.
    pub service: Option<Text>,
}
