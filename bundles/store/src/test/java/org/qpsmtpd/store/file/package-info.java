@NullMarked
package org.qpsmtpd.store.file;

import org.jspecify.annotations.NullMarked;
