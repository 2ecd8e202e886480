//! What all experiments share. It knows no model and no data set; an experiment brings those and
//! uses what is here.

#![forbid(unsafe_code)]

pub mod figures;
pub mod statistics;
pub mod table;
