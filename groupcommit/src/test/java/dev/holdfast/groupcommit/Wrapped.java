package dev.holdfast.groupcommit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/// Data sources between a lane and the driver.
final class Wrapped {

    private Wrapped() {}

    /// Connections that do not admit to being the PostgreSQL driver's.
    static DataSource hidingTheDriver(DataSource dataSource) {
        return connections(
                dataSource,
                connection -> proxy(Connection.class, (method, arguments) -> {
                    if (method.getName().equals("isWrapperFor")) {
                        return false;
                    }
                    return method.invoke(connection, arguments);
                }));
    }

    /// Counts the connections that are taken and not closed.
    static DataSource counting(DataSource dataSource, AtomicInteger open) {
        return connections(dataSource, connection -> {
            open.incrementAndGet();
            var closed = new AtomicBoolean();
            return proxy(Connection.class, (method, arguments) -> {
                if (method.getName().equals("close") && closed.compareAndSet(false, true)) {
                    open.decrementAndGet();
                }
                return method.invoke(connection, arguments);
            });
        });
    }

    /// A data source that does this, and may throw, before it connects.
    static DataSource failingToConnect(DataSource dataSource, Runnable before) {
        return proxy(DataSource.class, (method, arguments) -> {
            before.run();
            return method.invoke(dataSource, arguments);
        });
    }

    private static DataSource connections(DataSource dataSource, UnaryOperator<Connection> wrapping) {
        return proxy(
                DataSource.class,
                (method, arguments) -> wrapping.apply((Connection) method.invoke(dataSource, arguments)));
    }

    private interface Call {
        Object on(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                Wrapped.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return call.on(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
