package org.qpsmtpd.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.store.form.StoreForm;

/** Offers stores to each server, and the command {@code store}. */
@Component(service = {})
public final class StoreServices {
    private final BundleContext context;
    private final List<StoreForm> forms = new CopyOnWriteArrayList<>();
    private final Map<ServerHome, Offer> offers = new HashMap<>();

    private record Offer(ServerStores stores, List<ServiceRegistration<?>> registrations) {}

    @Activate
    public StoreServices(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addForm(StoreForm form) {
        forms.add(form);
        lookAgain();
    }

    void removeForm(StoreForm form) {
        forms.remove(form);
        lookAgain();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void addServer(ServerHome home) {
        ServerStores stores = new ServerStores(home, forms);
        Map<String, Object> server = Map.of(ServerHome.SERVER, home.name());
        offers.put(
                home,
                new Offer(
                        stores,
                        List.of(
                                context.registerService(
                                        Stores.class, stores, FrameworkUtil.asDictionary(server)),
                                context.registerService(
                                        new String[] {
                                            PluginCommand.class.getName(),
                                            PluginFigures.class.getName()
                                        },
                                        new StoreCommand(stores),
                                        FrameworkUtil.asDictionary(server)))));
    }

    synchronized void removeServer(ServerHome home) {
        Offer offer = offers.remove(home);
        if (offer != null) {
            withdraw(offer);
        }
    }

    @Deactivate
    synchronized void close() {
        offers.values().forEach(StoreServices::withdraw);
        offers.clear();
    }

    private static void withdraw(Offer offer) {
        offer.registrations.forEach(StoreServices::unregister);
        offer.stores.close();
    }

    private static void unregister(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            // the bundle is stopping and took it along
        }
    }

    private synchronized void lookAgain() {
        offers.values().forEach(offer -> offer.stores.lookAgain());
    }
}
