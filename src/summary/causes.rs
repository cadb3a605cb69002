//! Why deliveries are lost, in a sentence for each cause.
use crate::record::Cause;

/// Why a delivery of that cause is lost.
pub fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::GatewayCrash => {
            "Its gateway crashed while it held the message, or the only way to it."
        }
        Cause::HalfOpen => {
            "It was written into a connection that was dead without either side knowing."
        }
        Cause::StaleRoute => {
            "The registry led to a gateway that did not hold the recipient, and nothing kept it."
        }
        Cause::WrongGateway => {
            "It was sent to a gateway that never held the recipient, and nothing kept it."
        }
        Cause::RegistryDown => "The registry could not be asked, and nothing kept the message.",
        Cause::InFlight => {
            "Its fan-out had as many calls waiting as it may, and nothing kept the message."
        }
        Cause::RetryBudget => {
            "Its fan-out had used up its budget for second tries, and nothing kept the message."
        }
        Cause::FalselyOffline => {
            "The registry took a recipient for offline who was not, and nothing kept the message."
        }
        Cause::BusLost => {
            "A consumer of the bus ended with it in hand, or nobody read it while the bus had it."
        }
        Cause::BusOverflow => "The bus had no room for it.",
        Cause::NoReplay => "The recipient was away, and nothing kept the message.",
        Cause::BufferOverflow => "The buffer was full and dropped its oldest message.",
        Cause::SlowConsumer => "The recipient read too slowly, and its send buffer was full.",
        Cause::ClientOutbox => "The sender was away and its outbox full.",
        Cause::GaveUp => "The recipient, or the sender with its outbox, left for good.",
        Cause::ResumeExpired => {
            "The recipient was away for longer than its resume window, and nothing else kept it."
        }
    }
}
