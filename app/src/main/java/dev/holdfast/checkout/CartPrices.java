package dev.holdfast.checkout;

import dev.holdfast.cart.PriceList;
import dev.holdfast.catalog.CatalogApi;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenLocal;
import java.util.HashMap;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Ties the cart to the catalog, wherever the cart runs.
@WhenLocal(Role.CART)
@Configuration(proxyBeanMethods = false)
class CartPrices {

    /// The cart shows the catalog's names and prices, without knowing the catalog.
    @Bean
    PriceList priceList(CatalogApi catalog) {
        return skus -> {
            var shown = new HashMap<String, PriceList.Shown>();
            catalog.find(List.copyOf(skus))
                    .forEach((sku, product) -> shown.put(sku, new PriceList.Shown(product.name(), product.price())));
            return shown;
        };
    }
}
