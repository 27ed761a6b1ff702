//! Ids as the services make them. Few are random from end to end: a part tells the time, the farm or the server, and
//! that part is much the same in records that lie beside each other.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::lasting::seed_of;
use super::scene::Scene;

/// Record types of which an id ends with the time: cmdlets and single items of Exchange, and SharePoint.
const DATED: [u32; 7] = [1, 2, 4, 6, 14, 36, 56];

/// Seconds from the year 1, which `.NET` counts ticks of 100 nanoseconds from, to 1970.
const SECONDS_BEFORE_1970: i64 = 62_135_596_800;

const TICKS_A_SECOND: i64 = 10_000_000;

/// Record type of sharing.
const SHARING: u32 = 14;

/// Machines of a farm that answer requests.
const FRONT_ENDS: u64 = 12;

impl Scene<'_> {
    /// `Id`. Where it ends with the time, the low 16 bits come before the others.
    pub(super) fn record_id(&mut self, record_type: u32) -> String {
        let random = self.guid();
        if !DATED.contains(&record_type) {
            return random;
        }
        let within = self.number(0, TICKS_A_SECOND);
        let ticks = (self.at.as_second() + SECONDS_BEFORE_1970) * TICKS_A_SECOND + within;
        let (low, high) = (ticks & 0xFFFF, ticks >> 16);
        let random: String = random.chars().take("00000000-0000-4000-".len()).collect();
        format!("{random}{low:04x}-{high:012x}")
    }

    /// `CorrelationId` of SharePoint: seconds as a little-endian number, the farm, the machine, and a rest that is
    /// random. What is shared in one go has one id, else each record has its own.
    pub(super) fn correlation_id(&mut self, record_type: u32) -> String {
        let at = self.at.as_second();
        let (mut chances, second) = if record_type == SHARING {
            (self.shared("correlation"), at - at % 3600)
        } else {
            (StdRng::from_rng(&mut self.rng), at)
        };
        let machine = seed_of((
            self.population.seed,
            "front end",
            chances.random_range(0..FRONT_ENDS),
        ));
        let (farm, machine) = (2 + machine % 3, machine >> 48);
        let (thread, rest) = (chances.random::<u16>(), chances.random::<u64>() >> 16);
        let second = u32::try_from(second).unwrap_or_default().swap_bytes();
        format!("{second:08x}-{thread:04x}-{farm}000-{machine:04x}-{rest:012x}")
    }

    /// An internet message id. Exchange's own begins with the server that the message was sent from, and ends with five
    /// digits of the mailbox and the server again.
    pub(super) fn message_id(&mut self) -> String {
        if self.chance(0.4) {
            let host = *self.pick(&["mail.contoso.example", "mx.fabrikam.example"]);
            return format!("<{}@{host}>", self.guid());
        }
        let population = self.population;
        let server = self.pick(&population.exchange_servers);
        let server = server.split_whitespace().next().unwrap_or_default();
        let sender = self.number(0, 400);
        let mailbox = self.seed_for(("sender", sender)) & 0xF_FFFF;
        let message = self.hex(20);
        format!("<{server}{message}{mailbox:05X}@{server}.eurprd01.prod.mail.example>")
    }
}
