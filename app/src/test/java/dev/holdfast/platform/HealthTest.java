package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.testing.TestServer;
import java.sql.Connection;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class HealthTest {

    private final TestServer server = TestServer.shared();

    @Test
    void it_is_alive_and_ready() {
        server.bean(ServiceDatabases.class).of("platform");
        assertThat(server.get("/actuator/health/liveness").json().get("status").asString())
                .isEqualTo("UP");
        var ready = server.get("/actuator/health/readiness").json();
        assertThat(ready.get("status").asString()).isEqualTo("UP");
        assertThat(ready.at("/components/database/details/shared").asString()).isEqualTo("answers");
        assertThat(server.get("/actuator/health").status()).isEqualTo(200);
    }

    @Test
    void it_is_ready_although_every_connection_of_the_pool_is_in_use() throws Exception {
        var pool = server.bean(ServiceDatabases.class).of("platform").pool();
        var taken = new ArrayList<Connection>();
        try {
            for (int i = 0; i < pool.unwrap(HikariDataSource.class).getMaximumPoolSize(); i++) {
                taken.add(pool.getConnection());
            }
            assertThat(server.get("/actuator/health/readiness").status()).isEqualTo(200);
        } finally {
            for (var connection : taken) {
                connection.close();
            }
        }
    }

    @Test
    void a_lane_is_measured_by_its_name() {
        var database = server.bean(ServiceDatabases.class).of("platform");
        var lane =
                server.bean(Lanes.class).<String, String>open("measured", database, (db, all) -> new ArrayList<>(all));
        assertThat(lane.submit("request")).isEqualTo("request");
        var figures = server.get("/actuator/prometheus").body();
        assertThat(figures)
                .contains("holdfast_lane_batch_size_count{")
                .contains("holdfast_lane_queued{lane=\"measured\"} 0.0")
                .contains("hikaricp_connections_active")
                .contains("jvm_memory_used_bytes");
    }
}
