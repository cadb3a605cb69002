//! What a managed service is told about itself. To the rest of the world it is a pool of one
//! gateway that costs its owner no CPU and no memory, behind a quota on new connections.
use super::{
    Admission, Answer, Cpu, Drain, DrainBy, Gateway, Memory, Moves, OverMemory, Refusal,
    SendBuffer, WhenSlow,
};
use crate::{
    engine::{Law, Span, number},
    units::{Bytes, Rate, Share},
};

/// A managed service that holds the connections in the place of gateways.
#[derive(Clone, PartialEq, Debug)]
pub struct Managed {
    /// Connections that may open in the long run.
    pub new_connections: Rate,
    /// The most of them at once.
    pub burst: u32,
    /// What `Retry-After` says in a 429, in ns.
    pub retry_after: Option<Law>,
    /// The largest frame.
    pub max_frame: Bytes,
    /// The largest message.
    pub max_message: Bytes,
    /// What is billed as one message.
    pub message_unit: Bytes,
    /// A connection on which nothing has come or gone for so long is closed.
    pub idle_timeout: Span,
    /// A connection that is so old is closed.
    pub max_age: Option<Span>,
    /// What it adds to each message on its way, and to a handshake.
    pub latency: Span,
    /// Round trips from SYN to open.
    pub handshake_rtts: f64,
    /// Share of the TLS handshakes that are resumed.
    pub resumption: Share,
}

impl Managed {
    /// The quota as a bucket that fills at its rate.
    pub fn quota(&self) -> Admission {
        Admission::TokenBucket { rate: self.new_connections, burst: self.burst }
    }

    /// How many messages of so many bytes it bills for one.
    pub fn billed(&self, payload: f64) -> f64 {
        (payload / number::float(self.message_unit.0)).ceil().max(1.0)
    }

    /// How long nothing may come or go on a connection whose heartbeats do not keep it open.
    fn idle(&self, every: Option<Span>) -> Option<Span> {
        let kept = every.is_some_and(|every| every < self.idle_timeout);
        (!kept).then_some(self.idle_timeout)
    }

    /// The pool that it is to the rest of the world.
    pub fn pool(self) -> Gateway {
        Gateway {
            count: 1,
            cores: 1,
            zones: 1,
            max_connections: u32::MAX,
            descriptors: u32::MAX,
            accept_queue: None,
            refusal: Refusal { answer: Answer::TooMany, retry_after: self.retry_after.clone() },
            skip_abandoned: true,
            memory: Memory {
                per_connection: Bytes(0),
                limit: Bytes(u64::MAX),
                over: OverMemory::Refuse,
                restart: None,
            },
            cpu: Cpu {
                tls_full: Span::ZERO,
                tls_resumed: Span::ZERO,
                resumption: self.resumption,
                app: Span::ZERO,
                refusal: Span::ZERO,
                poll: Span::ZERO,
                request: Span::ZERO,
                receive: Span::ZERO,
                push: Span::ZERO,
                idle: 0.0,
            },
            drain: Drain {
                by: DrainBy::ClientJitter,
                moves: Moves::BreakFirst,
                window: Span::ZERO,
                batch: 1,
                every: Span::from_secs(1),
                grace: Span::ZERO,
            },
            send_buffer: SendBuffer { size: self.max_message, when_full: WhenSlow::Disconnect },
            max_age: self.max_age,
            age_dither: Span::ZERO,
            keep_alive: Span::ZERO,
            handshake_rtts: self.handshake_rtts,
            session: None,
            managed: Some(Box::new(self)),
        }
    }
}

impl Gateway {
    /// How long nothing may come or go on a connection with such heartbeats; `None`: any time.
    pub fn idle_timeout(&self, every: Option<Span>) -> Option<Span> {
        self.managed.as_ref().and_then(|managed| managed.idle(every))
    }
}
