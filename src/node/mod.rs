//! The nodes: one struct each, told of events, acting through [`Cx`]. One file a kind; none knows
//! another's insides, files, or the running world.
pub mod admission;
mod affinity;
pub mod batch;
pub mod browser;
pub mod buffer;
pub mod catch_up;
pub mod clients;
mod connect;
pub mod cx;
pub mod earlier;
pub mod ends;
pub mod event;
mod fallback;
pub mod fanout;
mod feed;
pub mod gateway;
mod group;
pub mod load;
pub mod load_balancer;
mod long_poll;
mod make_first;
mod missed;
pub mod outage;
pub mod parameters;
mod poll;
pub mod preset;
pub mod pubsub;
pub mod purpose;
pub mod reconnect;
pub mod refusal;
pub mod registry;
pub mod ring;
pub mod rooms;
mod service;
mod shared;
mod slow;
pub mod source;
pub mod stream;
pub mod table;
mod unacknowledged;
mod visit;

pub use cx::Cx;
pub use event::{Event, Source, Step, Timer};
pub use purpose::Purpose;

/// A node in motion.
#[derive(Clone, Debug)]
pub enum Node {
    /// A crowd of equal users.
    Clients(clients::Clients),
    /// What places connections.
    LoadBalancer(load_balancer::LoadBalancer),
    /// A pool of gateway instances.
    Gateway(gateway::Gateway),
    /// A partitioned log.
    Pubsub(Box<pubsub::Pubsub>),
    /// What finds recipients and forwards.
    Fanout(fanout::Fanout),
    /// user → gateway.
    Registry(registry::Registry),
    /// Replay per user.
    Buffer(buffer::Buffer),
    /// A producer outside the crowds.
    Source(source::Source),
}

impl Node {
    /// A message arrives. The row's stage says what for.
    #[inline]
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        match self {
            Self::Clients(node) => node.on_hop(message, cx),
            Self::Gateway(node) => node.on_hop(message, cx),
            Self::Pubsub(node) => node.on_hop(message, cx),
            Self::Fanout(node) => node.on_hop(message, cx),
            Self::Registry(node) => node.on_hop(message, cx),
            Self::LoadBalancer(node) => node.on_hop(message, cx),
            Self::Buffer(node) => node.on_hop(message, cx),
            Self::Source(_) => unreachable!("nothing is sent to a source"),
        }
    }

    /// The next event of a superposed process.
    #[inline]
    pub fn on_tick(&mut self, source: Source, cx: &mut Cx<'_>) {
        match self {
            Self::Clients(node) => node.on_tick(source, cx),
            Self::Source(node) => node.on_tick(cx),
            _ => {}
        }
    }

    /// A user's timer fires.
    #[inline]
    pub fn on_wake(&mut self, timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        match self {
            Self::Clients(node) => node.on_wake(timer, user, ticket, cx),
            Self::LoadBalancer(node) if timer == Timer::MakeBalance => {
                node.on_make(user, ticket, cx);
            }
            Self::Gateway(node) if timer == Timer::MakeAccept => node.on_make(user, ticket, cx),
            Self::LoadBalancer(node) if timer == Timer::PollPlaced => {
                node.on_poll(user, ticket, cx);
            }
            Self::Gateway(node) if timer == Timer::PollServed => node.on_poll(user, ticket, cx),
            Self::Gateway(_) if timer == Timer::HoldOver => {
                gateway::Gateway::hold_over(user, ticket, cx);
            }
            Self::Buffer(node) if timer == Timer::PollRead => node.on_poll(user, ticket, cx),
            Self::LoadBalancer(node) => node.on_balance(user, ticket, cx),
            Self::Gateway(node) => node.on_accept(timer, user, ticket, cx),
            Self::Registry(node) if matches!(timer, Timer::Rebuild | Timer::MakeRebuild) => {
                node.on_rebuild(timer, user, ticket, cx);
            }
            Self::Buffer(node) if matches!(timer, Timer::Rebuild | Timer::MakeRebuild) => {
                node.on_rebuild(timer, user, ticket, cx);
            }
            Self::Registry(node) => node.on_wake(timer, user, ticket, cx),
            Self::Buffer(node) => node.on_read(timer, user, ticket, cx),
            Self::Pubsub(_) | Self::Fanout(_) | Self::Source(_) => {
                unreachable!("no user comes here")
            }
        }
    }
}
