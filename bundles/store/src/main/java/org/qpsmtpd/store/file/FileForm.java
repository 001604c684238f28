package org.qpsmtpd.store.file;

import org.osgi.service.component.annotations.Component;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.store.form.OpenStores;
import org.qpsmtpd.store.form.StoreForm;

/** The form {@code file}. */
@Component
public final class FileForm implements StoreForm {
    @Override
    public boolean takes(String setting) {
        return FileSetting.isOne(setting);
    }

    @Override
    public void check(String setting) {
        var unused = FileSetting.parse(setting);
    }

    @Override
    public OpenStores open(ServerHome home, String setting) {
        StoreTime time = new StoreTime(System::currentTimeMillis, System::nanoTime);
        return new FileStores(home, FileSetting.parse(setting), time);
    }
}
