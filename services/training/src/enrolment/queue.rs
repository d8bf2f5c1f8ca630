//! Seats and the queue of a session, of each kind. Pure: who gets a seat is decided here, from counts that were read within the
//! writer's transaction, and nowhere else.

use proto::training::Mode;

/// How many there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// In the room.
    pub onsite: i32,
    /// Online.
    pub online: i32,
}

impl Kinds {
    /// Those of a kind of seat.
    pub fn of(self, mode: Mode) -> i32 {
        match mode {
            Mode::Onsite => self.onsite,
            Mode::Online => self.online,
            Mode::Hybrid | Mode::Unspecified => 0,
        }
    }

    /// The number of a kind of seat, to be changed.
    pub fn of_mut(&mut self, mode: Mode) -> Option<&mut i32> {
        match mode {
            Mode::Onsite => Some(&mut self.onsite),
            Mode::Online => Some(&mut self.online),
            Mode::Hybrid | Mode::Unspecified => None,
        }
    }
}

/// How many take part, wait for a seat, and wait for an answer. Whoever waits holds no seat (TRN-10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// With a seat.
    pub confirmed: Kinds,
    /// In the queue.
    pub waiting: Kinds,
    /// Waiting for a provider.
    pub pending: Kinds,
}

/// What a session offers of one kind of seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Seats there are.
    pub seats: i32,
    /// Places in the queue.
    pub places: i32,
}

/// Where someone goes who enrols now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a seat.
    Seat,
    /// At the end of the queue.
    Queue,
    /// Nowhere.
    Full,
}

/// Seats that are free (TRN-9).
pub fn free(offer: Offer, confirmed: i32) -> i32 {
    (offer.seats - confirmed).max(0)
}

/// Where someone goes who wants a seat of this kind: nobody passes those who wait (strict FIFO).
pub fn place(offer: Offer, counts: &Counts, mode: Mode) -> Place {
    match () {
        () if free(offer, counts.confirmed.of(mode)) > 0 && counts.waiting.of(mode) == 0 => Place::Seat,
        () if counts.waiting.of(mode) < offer.places => Place::Queue,
        () => Place::Full,
    }
}
