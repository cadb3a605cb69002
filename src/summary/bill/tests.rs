//! Bills reckoned by hand.
use super::*;
use crate::{
    engine::Span,
    record::Used,
    scenario::prices,
    units::{Bytes, Date, Rate},
};

fn price(usd: f64) -> Price {
    Price { usd, source: "list".into(), date: Date { year: 2026, month: 8, day: 0 } }
}

fn machine(name: &str, usd: f64, memory: u64) -> Machine {
    Machine {
        name: name.into(),
        cores: 8,
        memory: Bytes(memory),
        hour: price(usd),
        why: "named".into(),
    }
}

fn nlb() -> Balancer {
    Balancer {
        product: "NLB".into(),
        hour: price(0.0225),
        unit: price(0.006),
        new_connections: Rate(800.0),
        active_connections: 100_000.0,
        bytes_per_hour: 1e9,
    }
}

fn alb() -> Balancer {
    Balancer {
        product: "ALB".into(),
        unit: price(0.008),
        new_connections: Rate(25.0),
        active_connections: 3_000.0,
        ..nlb()
    }
}

fn tiers() -> Vec<Tier> {
    let tier = |to, usd| Tier { to, usd };
    vec![
        tier(Some(100.0), 0.0),
        tier(Some(10_000.0), 0.09),
        tier(Some(50_000.0), 0.085),
        tier(Some(150_000.0), 0.07),
        tier(None, 0.05),
    ]
}

fn prices(paid: Vec<(&str, Paid)>) -> Prices {
    let tariff = |(node, paid): (&str, Paid)| Tariff { node: node.into(), paid };
    Prices {
        name: "list".into(),
        egress: prices::Egress {
            tiers: tiers(),
            source: "list".into(),
            date: Date { year: 2026, month: 6, day: 1 },
        },
        tariffs: paid.into_iter().map(tariff).collect(),
    }
}

fn usage(amounts: Vec<(&str, Amount)>) -> Usage {
    let used = |(node, amount): (&str, Amount)| Used { node: node.into(), amount };
    Usage {
        over: Span::from_secs(60),
        steady: true,
        connections: 1e6,
        deliveries: 500.0,
        egress: Egress::default(),
        nodes: amounts.into_iter().map(used).collect(),
    }
}

fn one(paid: Paid, amount: Amount) -> Vec<Charge> {
    charges(&usage(vec![("it", amount)]), &prices(vec![("it", paid)]))
}

fn usd(charges: &[Charge], item: &str) -> f64 {
    charges.iter().find(|charge| charge.item == item).unwrap().usd_month
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6 * expected.max(1.0), "{found}, expected {expected}");
}

#[test]
fn machines_are_paid_by_the_hour() {
    // 15 · 0.3264 · 730; and a third of a machine gone for the whole month.
    let gateways =
        |count| one(Paid::Gateway(machine("m7g.2xlarge", 0.3264, 0)), Amount::Machines(count));
    near(usd(&gateways(15.0), "gateway"), 3_574.08);
    near(usd(&gateways(2.0 + 2.0 / 3.0), "gateway"), 635.392);
    let fanout = one(Paid::Fanout(machine("c7g.large", 0.0725, 0)), Amount::Machines(8.0));
    near(usd(&fanout, "fanout"), 423.4);
    let row = &gateways(15.0)[0];
    assert_eq!((row.node.as_str(), row.product.as_str()), ("it", "m7g.2xlarge"));
    near(row.quantity, 10_950.0);
    assert_eq!(
        (row.unit.as_str(), row.date.as_str(), row.why.as_str()),
        ("hours", "2026-08", "named")
    );
}

/// The worked figures for a million idle connections: 333 LCU and 10 NLCU.
#[test]
fn capacity_units_are_those_of_the_dimension_that_needs_most() {
    let amount = |attempts, connections, bytes| Amount::Balanced { attempts, connections, bytes };
    let total = |own: Balancer, amount| {
        let bill = one(Paid::LoadBalancer(own), amount);
        (usd(&bill, "load_balancer.hours") + usd(&bill, "load_balancer.units"), bill[1].why.clone())
    };
    let (alb_idle, why) = total(alb(), amount(0.0, 1e6, 0.0));
    near(alb_idle, 0.0225 * 730.0 + 1e6 / 3e3 * 0.008 * 730.0);
    assert!((1_962.0..1_964.0).contains(&alb_idle) && why == "by active connections");
    let (nlb_idle, _) = total(nlb(), amount(0.0, 1e6, 0.0));
    near(nlb_idle, 60.225);
    // 200 units of handshakes, 333 of connections.
    let (storm, why) = total(alb(), amount(5_000.0, 1e6, 0.0));
    near(storm, alb_idle);
    assert_eq!(why, "by active connections");
    let (few, why) = total(alb(), amount(5_000.0, 1e5, 0.0));
    near(few, 16.425 + 200.0 * 5.84);
    assert_eq!(why, "by new connections");
    // 15 MB/s are 54 GB an hour.
    let (busy, why) = total(nlb(), amount(100.0, 1e6, 15e6));
    near(busy, 16.425 + 54.0 * 4.38);
    assert_eq!(why, "by bytes");
}

#[test]
fn a_log_is_paid_by_its_machines_and_what_they_keep() {
    let log = |brokers, copies| Paid::Pubsub {
        machine: machine("kafka.m5.large", 0.21, 0),
        brokers,
        copies,
        retention: Span::from_secs(86_400),
        storage: price(0.1),
    };
    // 5 MB/s for a day, three times: 1,296 GB.
    let bill = one(log(3, 3), Amount::Published(5e6));
    near(usd(&bill, "pubsub.instances"), 459.9);
    near(usd(&bill, "pubsub.storage"), 129.6);
    near(bill[1].quantity, 1_296.0);
    let bill = one(log(2, 3), Amount::Published(5e6));
    near(usd(&bill, "pubsub.storage"), 86.4);
}

#[test]
fn a_registry_has_as_many_machines_as_it_needs_in_each_copy() {
    let paid = || Paid::Registry {
        machine: machine("cache", 0.149, 6_380_000_000),
        copies: 2,
        rate: Rate(100_000.0),
    };
    let machines = |entries, operations| {
        let bill = one(paid(), Amount::Registered { entries, operations });
        bill[0].quantity / 730.0
    };
    near(machines(1e6, 60e3), 2.0);
    near(machines(0.0, 0.0), 2.0);
    // 10 GB of entries; 250k operations a second.
    near(machines(1e8, 0.0), 4.0);
    near(machines(1e6, 250e3), 6.0);
}

#[test]
fn a_buffer_lies_on_disk_or_in_memory() {
    let kept = Amount::Kept(300e9);
    near(usd(&one(Paid::BufferOnDisk(price(0.1)), kept), "buffer"), 30.0);
    let cache = Paid::BufferInMemory(machine("cache", 0.149, 6_380_000_000));
    // 48 machines hold 306 GB.
    near(usd(&one(cache, kept), "buffer"), 48.0 * 0.149 * 730.0);
}

/// Bytes per second that are so many GB a month.
fn rate(gigabytes: f64) -> f64 {
    gigabytes * 1e9 / (730.0 * 3_600.0)
}

#[test]
fn egress_fills_the_tiers_of_a_month() {
    let bill = |gigabytes: f64| {
        let mut used = usage(Vec::new());
        used.egress = Egress {
            messages: rate(gigabytes / 2.0),
            handshakes: rate(gigabytes / 8.0),
            heartbeats: rate(gigabytes * 3.0 / 8.0),
            polls: 0.0,
        };
        charges(&used, &prices(Vec::new()))
    };
    let total = |gigabytes| bill(gigabytes).iter().map(|charge| charge.usd_month).sum::<f64>();
    near(total(100.0), 0.0);
    near(total(1_100.0), 90.0);
    near(total(10_000.0), 891.0);
    near(total(12_000.0), 1_061.0);
    near(total(200_000.0), 891.0 + 3_400.0 + 7_000.0 + 2_500.0);
    let parts = bill(12_000.0);
    near(usd(&parts, "egress.messages"), 1_061.0 / 2.0);
    near(usd(&parts, "egress.handshakes"), 1_061.0 / 8.0);
    near(usd(&parts, "egress.heartbeats"), 1_061.0 * 3.0 / 8.0);
    near(parts[0].price, 1_061.0 / 12_000.0);
    assert_eq!(parts[0].date, "2026-06-01");
    near(parts.iter().map(|charge| charge.share).sum(), 1.0);
}

/// The worked figure: a million heartbeats each 30 s are 11.2 TB, about 1,000 dollars a month.
#[test]
fn heartbeats_of_a_million_cost_a_thousand() {
    let mut used = usage(Vec::new());
    used.egress.heartbeats = 1e6 / 30.0 * 128.0;
    let bill = charges(&used, &prices(Vec::new()));
    near(bill[2].quantity, 11_212.8);
    near(usd(&bill, "egress.heartbeats"), 891.0 + 1_212.8 * 0.085);
}

fn whole() -> (Usage, Prices) {
    let mut used = usage(vec![
        ("edge", Amount::Balanced { attempts: 100.0, connections: 1e6, bytes: 1e6 }),
        ("gateways", Amount::Machines(16.0)),
        ("west", Amount::Machines(4.0)),
        ("replay", Amount::Kept(300e9)),
    ]);
    used.egress =
        Egress { messages: rate(6_000.0), heartbeats: rate(4_000.0), ..Egress::default() };
    let paid = prices(vec![
        ("edge", Paid::LoadBalancer(nlb())),
        ("gateways", Paid::Gateway(machine("big", 0.5, 0))),
        ("west", Paid::Gateway(machine("small", 0.25, 0))),
        ("replay", Paid::BufferOnDisk(price(0.1))),
    ]);
    (used, paid)
}

#[test]
fn doubling_the_price_of_egress_doubles_egress_alone() {
    let (used, list) = whole();
    let mut dear = list.clone();
    dear.egress.tiers.iter_mut().for_each(|tier| tier.usd *= 2.0);
    for (one, other) in charges(&used, &list).iter().zip(charges(&used, &dear)) {
        let factor = if one.kind() == "egress" { 2.0 } else { 1.0 };
        near(other.usd_month, factor * one.usd_month);
        near(other.quantity, one.quantity);
    }
}

#[test]
fn the_bill_is_measured_by_item_and_in_all() {
    let (used, list) = whole();
    let found = measures(&used, &charges(&used, &list));
    let value = |name: &str| {
        let mut all = found.iter().filter(|measure| measure.name == format!("cost.{name}"));
        let measure = all.next().unwrap_or_else(|| panic!("no cost.{name}"));
        assert!(all.next().is_none(), "cost.{name} is measured twice");
        measure.value.unwrap()
    };
    let total = 60.225 + 5_840.0 + 730.0 + 30.0 + 891.0;
    near(value("total"), total);
    near(value("gateway"), 6_570.0);
    near(value("load_balancer"), 60.225);
    near(value("load_balancer.hours"), 16.425);
    near(value("load_balancer.units"), 43.8);
    near(value("egress"), 891.0);
    near(value("egress.heartbeats"), 356.4);
    near(value("egress.handshakes"), 0.0);
    near(value("buffer"), 30.0);
    near(value("per_1k_connections"), total / 1_000.0);
    // 500 deliveries a second are 1,314 million a month.
    near(value("per_million_deliveries"), total / 1_314.0);
    assert_eq!(found[0].unit, Unit::UsdPerMonth);
    assert_eq!(found[2].unit, Unit::Usd);
    let nobody = Usage { connections: 0.0, deliveries: 0.0, ..used };
    let found = measures(&nobody, &[]);
    assert_eq!([found[0].value, found[1].value, found[2].value], [Some(0.0), None, None]);
}

#[test]
fn a_bill_in_short_has_one_line_for_each_node() {
    let (used, list) = whole();
    let bill = Bill {
        prices: "list".into(),
        over: 167.0,
        steady: true,
        charges: charges(&used, &list),
        growth: Vec::new(),
    };
    let lines: Vec<String> = bill
        .items()
        .iter()
        .map(|item| crate::summary::figures::plain(&format!("{}: {}", item.name, item.what)))
        .collect();
    let expected = [
        "gateways: 16 × big",
        "egress: 10.0 TB, 40.0 % of it heartbeats",
        "west: 4 × small",
        "edge: NLB, 10 units by active connections",
        "replay: 300 GB on disk",
    ];
    assert_eq!(lines, expected);
    near(bill.items().iter().map(|item| item.share).sum(), 1.0);
    near(bill.total(), bill.items().iter().map(|item| item.usd_month).sum());
    let basis = crate::summary::figures::plain(&bill.basis());
    assert_eq!(basis, "a month of 730 h like the steady 2:47 min of the run");
}

/// Twice as many machines; what goes out to the users fills the tiers further: 20,000 GB are 100
/// for nothing, 9,900 at 0.09 and 10,000 at 0.085.
#[test]
fn a_bill_with_more_users_follows_the_same_rules() {
    let (used, list) = whole();
    let outcome = Outcome { usage: used, ..Outcome::default() };
    let outcomes = [outcome.clone(), outcome];
    let all = grown::lines(&outcomes, &list, &|_, count, factor| count * factor);
    let sum = |factor: f64, item: &str, of: &dyn Fn(&Grown) -> f64| -> f64 {
        let lines = all.iter().filter(|line| line.factor.total_cmp(&factor).is_eq());
        lines.filter(|line| line.item.starts_with(item)).map(of).sum()
    };
    near(sum(2.0, "egress", &|line| line.usd_month), 891.0 + 850.0);
    near(sum(2.0, "gateway", &|line| line.quantity), 2.0 * 20.0 * HOURS);
    near(sum(10.0, "load_balancer.hours", &|line| line.quantity), HOURS);
    near(sum(5.0, "load_balancer.units", &|line| line.quantity), 5.0 * 10.0 * HOURS);
}

/// Without a handshake in any replication their price is still a price, though tiers differ.
#[test]
fn what_nobody_used_has_a_price_over_replications_too() {
    let bill = |messages: f64| {
        let egress = Egress { messages, ..Egress::default() };
        charges(&Usage { egress, ..usage(Vec::new()) }, &prices(Vec::new()))
    };
    let bills = [bill(1_000.0), bill(2_000_000.0)];
    let of = |charges: &[Charge], item: &str| {
        charges.iter().find(|charge| charge.item == item).unwrap().price
    };
    let single = bills.each_ref().map(|bill| of(bill, "egress.handshakes"));
    assert!((single[0] - single[1]).abs() > 1e-3, "{single:?}");
    let both = Bill::mean(&[], &prices(Vec::new()), &bills).unwrap();
    near(of(&both.charges, "egress.handshakes"), f64::midpoint(single[0], single[1]));
}
