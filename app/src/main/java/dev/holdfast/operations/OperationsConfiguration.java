package dev.holdfast.operations;

import dev.holdfast.flows.Flows;
import dev.holdfast.saga.SagaDesk;
import dev.holdfast.saga.SagaEngine;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class OperationsConfiguration {

    @Bean
    SagaFiles sagaFiles(SagaEngine engine, SagaDesk desk, Flows flows) {
        return new SagaFiles(engine, desk, flows);
    }
}
