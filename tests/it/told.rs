//! One story, told in every arrangement: in one process and as separate processes, on each database.

/// Tells each `async fn story(network: &'static Network)` four times.
macro_rules! told_everywhere {
    ($($story:ident),* $(,)?) => {
        mod in_one_process {
            mod on_sqlite {
                $(told!($story, Together, Sqlite);)*
            }
            mod on_postgres {
                $(told!($story, Together, Postgres);)*
            }
        }
        mod across_processes {
            mod on_sqlite {
                $(told!($story, Apart, Sqlite);)*
            }
            mod on_postgres {
                $(told!($story, Apart, Postgres);)*
            }
        }
    };
}

macro_rules! told {
    ($story:ident, $topology:ident, $store:ident) => {
        #[test]
        fn $story() {
            use $crate::harness::{Network, Store, Topology};
            if let Some(network) = Network::shared(Topology::$topology, Store::$store) {
                $crate::harness::tell(network, super::super::$story(network));
            }
        }
    };
}

/// Tells each story that changes what others stand on in a network of its own, on each database.
macro_rules! told_alone {
    ($($story:ident),* $(,)?) => {
        mod alone_on_sqlite {
            $(told_alone!(one $story, Together, Sqlite);)*
        }
        mod alone_on_postgres {
            $(told_alone!(one $story, Together, Postgres);)*
        }
    };
    (one $story:ident, $topology:ident, $store:ident) => {
        #[test]
        fn $story() {
            use $crate::harness::{Network, Store, Topology};
            if let Some(network) = Network::alone(Topology::$topology, Store::$store) {
                $crate::harness::tell(network, super::$story(network));
            }
        }
    };
}

/// The same, in one process and across processes.
macro_rules! told_alone_everywhere {
    ($($story:ident),* $(,)?) => {
        told_alone!($($story),*);
        mod alone_across_processes_on_sqlite {
            $(told_alone!(one $story, Apart, Sqlite);)*
        }
        mod alone_across_processes_on_postgres {
            $(told_alone!(one $story, Apart, Postgres);)*
        }
    };
}
