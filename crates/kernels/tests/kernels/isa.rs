//! Choosing an instruction set.

use gradroute_kernels::Isa;

#[test]
fn names_parse_back_to_what_they_name() {
    for isa in [Isa::Scalar, Isa::Avx2, Isa::Avx512] {
        assert_eq!(isa.to_string().parse(), Ok(isa));
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let error = "sse9".parse::<Isa>().unwrap_err().to_string();
    assert!(error.contains("\"sse9\": expected scalar, avx2 or avx512"), "{error}");
}

#[test]
fn the_detected_set_is_the_best_available_and_the_default() {
    assert_eq!(Isa::available()[0], Isa::Scalar);
    assert_eq!(Isa::available().last(), Some(&Isa::detect()));
    assert_eq!(Isa::current(), Isa::detect());
}

#[test]
fn run_pins_the_set_and_restores_it_even_after_a_panic() {
    Isa::Scalar.run(|| {
        assert_eq!(Isa::current(), Isa::Scalar);
        let inner = std::panic::catch_unwind(|| {
            Isa::detect().run(|| {
                assert_eq!(Isa::current(), Isa::detect());
                panic!("inside");
            })
        });
        assert!(inner.is_err());
        assert_eq!(Isa::current(), Isa::Scalar);
    });
    assert_eq!(Isa::current(), Isa::detect());
}
