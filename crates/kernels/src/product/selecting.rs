//! Products one of whose operands is an adjoint. An adjoint of 0 says that the loss does not
//! depend on what stands on the other side, so its term is left out whatever that is: 0 times an
//! infinity or a NaN would be NaN.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::backend::{Epilogue, Product};
use crate::isa::Kernel;
use crate::reduce::CHAIN;
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Matrix, Real, Write, elementwise};

/// Which operand of a product is the adjoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjoint {
    /// The first.
    A,
    /// The second.
    B,
}

/// The product without the terms whose adjoint is 0.
///
/// Leaving out such a term changes no bit where the other factor is finite. Where one is not, the
/// ordinary product has a result that is not finite either, whatever its other terms are; so it is
/// taken first, and only such a result is computed again.
pub(crate) fn product_of_adjoint<T: Real>(product: Product<T>, adjoint: Adjoint) {
    let Product { a, b, c, epilogue } = product;
    let not_finite = AtomicBool::new(false);
    // What is to be added has to be looked at before.
    let len = if epilogue.write == Write::Add { c.len() } else { 0 };
    let mut finished = Scratch::<T>::take(Slot::Finished, len);
    {
        let c = if len > 0 { &mut *finished } else { &mut *c };
        let stored = Epilogue { write: Write::Store, ..epilogue };
        T::product(Product {
            a,
            b,
            c,
            epilogue: Epilogue { not_finite: Some(&not_finite), ..stored },
        });
        if not_finite.load(Ordering::Relaxed) {
            select(Product { a, b, c, epilogue: stored }, adjoint);
        }
    }
    if len > 0 {
        elementwise::map1(Write::Add, c, &finished, |v| v);
    }
}

/// The same chains, each term looked at.
fn select<T: Real>(product: Product<T>, adjoint: Adjoint) {
    let Product { a, b, c, epilogue } = product;
    let (isa, cols) = (Isa::current(), b.cols);
    let out = Shared::new(c);
    tasks::for_each(a.rows, |row| {
        // SAFETY: each task takes a row of its own.
        let out = unsafe { out.part(row * cols..(row + 1) * cols) };
        isa.dispatch(SelectRow { a, b, row, out, epilogue, adjoint });
    });
}

struct SelectRow<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    row: usize,
    out: &'a mut [T],
    epilogue: Epilogue<'a, T>,
    adjoint: Adjoint,
}

impl<T: Real> Kernel for SelectRow<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let SelectRow { a, b, row, out, epilogue, adjoint } = self;
        let (depth, cols) = (a.cols, b.cols);
        let mut sums = Scratch::<T>::take(Slot::Product, 2 * cols);
        let (sums, chains) = sums.split_at_mut(cols);
        sums.fill(T::ZERO);
        for number in 0..depth.div_ceil(CHAIN) {
            chains.fill(T::ZERO);
            for k in piece(number, CHAIN, depth) {
                let factor = a.data[row * a.row_stride + k * a.col_stride];
                if adjoint == Adjoint::A && factor == T::ZERO {
                    continue;
                }
                let continued = |chain: T, other: T| {
                    let left_out = adjoint == Adjoint::B && other == T::ZERO;
                    if left_out { chain } else { factor.mul_add(other, chain) }
                };
                let others = &b.data[k * b.row_stride..];
                if b.col_stride == 1 {
                    let others = chains.iter_mut().zip(&others[..cols]);
                    others.for_each(|(chain, &other)| *chain = continued(*chain, other));
                } else {
                    for (col, chain) in chains.iter_mut().enumerate() {
                        *chain = continued(*chain, others[col * b.col_stride]);
                    }
                }
            }
            sums.iter_mut().zip(&*chains).for_each(|(sum, &chain)| *sum += chain);
        }
        epilogue.finish(sums, out, row, 0, cols);
    }
}
