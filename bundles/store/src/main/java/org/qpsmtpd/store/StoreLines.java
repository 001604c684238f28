package org.qpsmtpd.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.store.form.StoreForm;

/** Tells the server what is wrong with {@code config/store}, as the form says that it names. */
@Component(property = FileCheck.FILES + "=" + ServerStores.FILE)
public final class StoreLines implements FileCheck {
    private final List<StoreForm> forms = new CopyOnWriteArrayList<>();

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addForm(StoreForm form) {
        forms.add(form);
    }

    void removeForm(StoreForm form) {
        forms.remove(form);
    }

    @Override
    public void checkLine(String file, String line) {
        forms.stream()
                .filter(form -> form.takes(line))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(ServerStores.unknown(line)))
                .check(line);
    }
}
