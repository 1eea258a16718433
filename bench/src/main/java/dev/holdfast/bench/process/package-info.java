/// Programs of ours as processes of their own.
package dev.holdfast.bench.process;
