package dev.holdfast;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;

/// The server. Its databases are opened by `platform`, one per service, and each service migrates its own; so
/// Spring's single data source is switched off.
@SpringBootApplication(exclude = DataSourceAutoConfiguration.class)
@ConfigurationPropertiesScan
public class HoldfastApplication {

    public static void main(String[] args) {
        SpringApplication.run(HoldfastApplication.class, args);
    }
}
