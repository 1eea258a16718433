/// For tests of sagas: explores what every failure does to one, and checks that a participant keeps its promises.
package dev.holdfast.saga.test;
